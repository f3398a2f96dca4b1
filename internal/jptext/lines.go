package jptext

import "strings"

// Lines turns the line ends that browsers send (CR LF) and old ones (CR) into
// LF, and drops spaces at the ends of the whole text.
func Lines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	return strings.TrimSpace(s)
}
