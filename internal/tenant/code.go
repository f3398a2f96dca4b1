package tenant

import "madoguchi/internal/fault"

// CheckCode returns a fault if s is not a 全国地方公共団体コード: six digits, the
// last of which is the check digit (総務省 全国地方公共団体コード仕様).
func CheckCode(s string) error {
	bad := fault.New(fault.Invalid, "tenant.code_check")
	if len(s) != 6 {
		return bad
	}
	sum := 0
	for i := range 5 {
		if s[i] < '0' || s[i] > '9' {
			return bad
		}
		sum += int(s[i]-'0') * (6 - i)
	}
	if int(s[5]-'0') != (11-sum%11)%10 {
		return bad
	}
	return nil
}
