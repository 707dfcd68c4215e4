package plain

import "strings"

// fences are what markup puts around words that no reader of the page sees.
var fences = [...][2]string{
	{"<!--", "-->"},
	{"[//]: # (", ")"},
	{"[comment]: # (", ")"},
	{"{{!", "}}"},
	{"%%{", "}%%"},
}

// attributes whose value is read by machines rather than people.
var attributes = [...]string{" alt=", " title=", " aria-label=", " content=", " data-"}

// unseen are styles of elements that nobody sees.
var unseen = [...]string{
	"display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0", "font-size: 0", "opacity:0", "opacity: 0",
	"color:white", "color: white", "color:#fff", "color: #fff", "color:transparent", "color: transparent", "left:-9999", "left: -9999", "<details", "<template", "<noscript", " hidden>",
}

// hidden finds what a page's markup keeps from its readers: comments, attributes, the text of elements with an
// invisible style, the alternative texts of Markdown images and the titles of links.
func hidden(text string, found func(string)) {
	for _, f := range fences {
		between(text, f[0], f[1], found)
	}
	if strings.Contains(text, "](") {
		between(text, "![", "](", wordy(found))
		between(text, `](`, `)`, func(s string) {
			if _, title, ok := strings.Cut(s, ` "`); ok {
				wordy(found)(strings.Trim(title, `"`))
			}
		})
	}
	if !strings.Contains(text, "<") {
		return
	}
	for _, a := range attributes {
		for _, quote := range []string{`"`, `'`} {
			between(text, a+quote, quote, wordy(found))
		}
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return // case folding moved the places
	}
	for _, style := range unseen {
		for at := strings.Index(lower, style); at >= 0; {
			after := text[at:min(at+maxElement, len(text))]
			if _, body, ok := strings.Cut(after, ">"); ok {
				body, _, _ = strings.Cut(body, "</")
				found(body)
			}
			next := strings.Index(lower[at+len(style):], style)
			if next < 0 {
				break
			}
			at += len(style) + next
		}
	}
}

// maxElement is how many bytes of an unseen element are read.
const maxElement = 2 << 10

// wordy passes on what has at least four words.
func wordy(found func(string)) func(string) {
	return func(s string) {
		if strings.Count(strings.TrimSpace(s), " ") >= 3 {
			found(s)
		}
	}
}

// between calls found with what stands between each begin and the next end; without an end, with the rest.
func between(text, begin, end string, found func(string)) {
	for {
		i := strings.Index(text, begin)
		if i < 0 {
			return
		}
		text = text[i+len(begin):]
		j := strings.Index(text, end)
		if j < 0 {
			found(text)
			return
		}
		found(text[:j])
		text = text[j+len(end):]
	}
}
