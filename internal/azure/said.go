package azure

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
)

// said is what the body of a refusal says: a code, and one sentence that is safe to show.
type said struct{ code, text string }

// hear reads a refusal in any of the forms in use: Entra's and IMDS's {"error": "...", "error_description": "..."}, Azure
// Resource Manager's and Service Fabric's {"error": {"code": "...", "message": "..."}}, App Service's {"statusCode": 400,
// "message": "..."}. It reports false for anything else.
func hear(body []byte) (said, bool) {
	var form struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
		Codes       []int           `json:"error_codes"`
		Message     string          `json:"message"`
		Code        string          `json:"code"`
	}
	if json.Unmarshal(body, &form) != nil {
		return said{}, false
	}
	s := said{code: form.Code, text: form.Description}
	var inner struct{ Code, Message string }
	if json.Unmarshal(form.Error, &s.code) != nil && json.Unmarshal(form.Error, &inner) == nil {
		s = said{inner.Code, inner.Message}
	}
	if s.text == "" {
		s.text = form.Message
	}
	s.text = presentable(s.text)
	if code, _, ok := strings.Cut(s.text, ":"); ok && isAADSTS(code) {
		s.code = code
	} else if len(form.Codes) > 0 {
		s.code = "AADSTS" + strconv.Itoa(form.Codes[0])
	}
	s.code = identifier(s.code)
	return s, true
}

// Said reads the body of a refusal in any of the forms that Azure's services use: its code, and one sentence that is safe
// to show. It reports false for anything else.
func Said(body []byte) (code, text string, ok bool) {
	s, ok := hear(body)
	return s.code, s.text, ok
}

// presentable keeps the sentence and drops what follows it: trace ids, further lines, queries, anything like a token,
// and whatever could move a terminal's cursor.
func presentable(text string) string {
	for _, end := range []string{"\r", "\n", " Trace ID:", " Correlation ID:", " Timestamp:", "\tat "} {
		text, _, _ = strings.Cut(text, end)
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	words := strings.Fields(text)
	for i, word := range words {
		if strings.Contains(word, "eyJ") {
			words[i] = "[redacted]"
		} else if strings.Contains(word, "://") {
			words[i] = withoutQuery(word)
		}
	}
	text = strings.Join(words, " ")
	const longest = 400
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "..."
	}
	return text
}

// withoutQuery drops the query of an address, and keeps the quote or stop that closes the word.
func withoutQuery(word string) string {
	address, query, ok := strings.Cut(word, "?")
	if !ok {
		return word
	}
	return address + query[len(strings.TrimRight(query, `'".,;)`)):]
}

func isAADSTS(code string) bool {
	digits, ok := strings.CutPrefix(code, "AADSTS")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// identifier keeps a code when it looks like one.
func identifier(code string) string {
	if len(code) > 96 { // the longest known has 68
		return ""
	}
	for _, r := range code {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' && r != '.' {
			return ""
		}
	}
	return code
}
