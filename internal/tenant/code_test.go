package tenant_test

import (
	"testing"

	"madoguchi/internal/tenant"
)

func TestCodesHaveTheRightCheckDigit(t *testing.T) {
	// 北海道 札幌市 茨城県 水戸市 東京都 千代田区 大阪市 那覇市
	for _, code := range []string{"010006", "011002", "080004", "082015", "130001", "131016", "271004", "472018"} {
		if err := tenant.CheckCode(code); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
	for _, code := range []string{"", "08000", "0800044", "080005", "082051", "08201x", "x82015", "０８０００４"} {
		if tenant.CheckCode(code) == nil {
			t.Errorf("%q was taken", code)
		}
	}
}
