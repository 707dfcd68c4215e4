package config

import "strings"

// Nearest returns the word that s was most likely meant to be, or "" when none is near.
func Nearest(s string, words []string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "-", "_")
	best, limit := "", len(s)/3+1
	for _, w := range words {
		if d := distance(s, strings.ReplaceAll(strings.ToLower(w), "-", "_")); d <= limit {
			best, limit = w, d-1
		}
	}
	return best
}

// distance counts the insertions, deletions and replacements from a to b; words of configuration are short. Past 64
// bytes nothing is near.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
