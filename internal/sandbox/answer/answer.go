// Package answer is the sandbox's model: it answers a prompt always in the same way, from the prompt itself.
//
// A text enters; an extract of it, counts and vectors leave. It must not use randomness or time, so that tests can
// expect its words.
package answer

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
)

var (
	bulletsAsked = bridge.FormOf(`(?i)\b(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?:short\s+|concise\s+|key\s+)?(?:bullet(?:\s+point)?s?|points)\b`)
	sentenceEnd  = bridge.FormOf(`[.!?]+(?:\s+|$)|\n+`)
)

// To answers a prompt: as many bullet points as it asks for, else an extract of its most telling sentences.
func To(prompt string) string {
	sentences := split(prompt)
	n := bullets(prompt)
	if n == 0 {
		return extract(prompt, sentences)
	}
	// The sentence that asks is the task; the others are the report.
	report := slices.DeleteFunc(slices.Clone(sentences), func(s string) bool { return bulletsAsked().MatchString(s) })
	points := pick(report, n)
	for _, fact := range facts(prompt, sentences) {
		if len(points) >= n {
			break
		}
		points = append(points, fact)
	}
	list := words(prompt) // not empty: it has asked for points
	for i := len(points); i < n; i++ {
		points = append(points, fmt.Sprintf("Word %d of the prompt, counted round, is %q.", i+1, list[i%len(list)]))
	}
	var b strings.Builder
	for _, p := range points {
		b.WriteString("* " + p + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func bullets(prompt string) int {
	m := bulletsAsked().FindStringSubmatch(prompt)
	if m == nil {
		return 0
	}
	if n, err := strconv.Atoi(m[1]); err == nil {
		return n
	}
	return slices.Index([]string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}, strings.ToLower(m[1]))
}

func split(text string) []string {
	var out []string
	for _, s := range sentenceEnd().Split(text, -1) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// extract is the answer to a prompt that asks for no particular form.
func extract(prompt string, sentences []string) string {
	if len(sentences) > 2 {
		return strings.Join(pick(sentences, 2), ". ") + "."
	}
	terms := keyTerms(prompt, 3)
	if len(terms) == 0 {
		return "The prompt has no words."
	}
	return fmt.Sprintf("You asked: %q. It is about %s.", strings.TrimSpace(prompt), strings.Join(terms, ", "))
}

// pick takes the n sentences with the most frequent terms, in the order of the text.
func pick(sentences []string, n int) []string {
	weight := frequency(words(strings.ToLower(strings.Join(sentences, " "))))
	order := make([]int, len(sentences))
	score := make([]float64, len(sentences))
	for i, s := range sentences {
		order[i] = i
		list := words(strings.ToLower(s))
		for _, w := range list {
			score[i] += float64(weight[w])
		}
		score[i] /= float64(len(list) + 4) // long sentences do not win by length alone
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	order = order[:min(n, len(order))]
	slices.Sort(order)
	out := make([]string, len(order))
	for i, at := range order {
		out[i] = sentences[at]
	}
	return out
}

// facts fill up when a report is shorter than the number of points asked for.
func facts(prompt string, sentences []string) []string {
	list := words(prompt)
	if len(list) == 0 {
		return nil
	}
	longest := slices.MaxFunc(list, func(a, b string) int { return cmp.Compare(utf8.RuneCountInString(a), utf8.RuneCountInString(b)) })
	sum := sha256.Sum256([]byte(prompt))
	return []string{
		fmt.Sprintf("The prompt has %s in %s.", count(len(list), "word"), count(len(sentences), "sentence")),
		fmt.Sprintf("It is about %s.", strings.Join(keyTerms(prompt, 3), ", ")),
		fmt.Sprintf("It starts with %q and ends with %q.", list[0], list[len(list)-1]),
		fmt.Sprintf("Its longest word is %q.", longest),
		fmt.Sprintf("Its SHA-256 starts with %x.", sum[:4]),
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// keyTerms are the most frequent words of four letters or more; the first in the text wins a tie.
func keyTerms(text string, n int) []string {
	list := words(strings.ToLower(text))
	weight := frequency(list)
	met := make(map[string]bool, len(weight))
	var out []string
	for _, w := range list {
		if weight[w] > 0 && !met[w] {
			met[w] = true
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		out = list
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(weight[b], weight[a]) })
	return out[:min(n, len(out))]
}

// frequency is how often each word of four letters or more is in a list.
func frequency(list []string) map[string]int {
	out := map[string]int{}
	for _, w := range list {
		if utf8.RuneCountInString(w) >= 4 {
			out[w]++
		}
	}
	return out
}

// Tokens is how many tokens a text counts for: a quarter of its characters, rounded up.
func Tokens(text string) int { return (utf8.RuneCountInString(text) + 3) / 4 }

// Billable is how many characters of a text are billed: all but white space.
func Billable(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// Cut shortens a text to a number of tokens, and says whether it had to.
func Cut(text string, tokens int) (string, bool) {
	runes := []rune(text)
	if len(runes) <= tokens*4 {
		return text, false
	}
	return string(runes[:tokens*4]), true
}

// Pieces cuts a text for streaming, nothing lost: into so many characters at a time, or some words when size is 0.
func Pieces(text string, size int) []string {
	var out []string
	for text != "" {
		end := wordsEnd(text)
		if size > 0 {
			end = runesEnd(text, size)
		}
		out = append(out, text[:end])
		text = text[end:]
	}
	return out
}

func wordsEnd(text string) int {
	end := min(24, len(text))
	if i := strings.IndexByte(text[end:], ' '); i >= 0 {
		return end + i + 1
	}
	return len(text)
}

func runesEnd(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}
