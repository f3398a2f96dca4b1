package jptext

import "fmt"

// damm is the quasigroup of order 10 by H. Michael Damm (2004): its check
// digit finds every wrong digit and every swap of neighbours.
var damm = [10]string{
	"0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
	"3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
}

// CheckDigit returns the check digit (Damm) of a run of digits.
func CheckDigit(digits string) byte {
	state := byte('0')
	for i := range len(digits) {
		state = damm[state-'0'][digits[i]-'0']
	}
	return state
}

// ReceiptNumbers is how many numbers ReceiptNo tells apart.
const ReceiptNumbers = 100_000_000_000

// ReceiptNo returns the receipt number (整理番号) of n: eleven digits and their
// check digit, twelve in all, without separators. It is false for n of
// ReceiptNumbers and above.
func ReceiptNo(n uint64) (string, bool) {
	if n >= ReceiptNumbers {
		return "", false
	}
	d := fmt.Sprintf("%011d", n)
	return d + string(CheckDigit(d)), true
}

// ReadReceiptNo reads a receipt number as people type it, in any width, with
// or without separators, and returns its twelve digits. It is false when the
// check digit is wrong.
func ReadReceiptNo(s string) (string, bool) {
	d, ok := Digits(s)
	if !ok || len(d) != 12 || CheckDigit(d) != '0' {
		return "", false
	}
	return d, true
}

// FormatReceiptNo writes twelve digits in groups of four: 4815-2074-9136.
func FormatReceiptNo(d string) string {
	if len(d) != 12 {
		return d
	}
	return d[:4] + "-" + d[4:8] + "-" + d[8:]
}
