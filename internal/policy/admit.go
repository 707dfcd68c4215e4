package policy

import (
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// googleTools are Google's own tools, by their field in a tool of generateContent (v1beta1). A field that is not in this
// list is one too: whoever reads the request passes it as Ask.BuiltIns.
var googleTools = []string{
	"googleSearch", "googleSearchRetrieval", "enterpriseWebSearch", "googleMaps", "urlContext", "retrieval", "codeExecution", "computerUse",
	"fileSearch", "parallelAiSearch",
}

// admit holds what a call carries to the rule that allows it.
func (r *rule) admit(a *Ask) error {
	for _, name := range a.Tools {
		if isGoogleTool(name) {
			if err := r.admitBuiltIn(name); err != nil {
				return err
			}
			continue
		}
		if len(r.tools) > 0 && !matchAny(r.tools, name) {
			return r.refuse("policy_tool", "does not allow the function "+said(name), "add "+said(name)+" to tools of")
		}
	}
	for _, name := range a.BuiltIns {
		if err := r.admitBuiltIn(name); err != nil {
			return err
		}
	}
	for _, kind := range a.Media {
		if err := r.admitMedia(kind); err != nil {
			return err
		}
	}
	if a.Cached && !r.CachedContent {
		return r.refuse("policy_cached_content", "does not allow a cachedContent", "add cached_content: true to")
	}
	return nil
}

// isGoogleTool compares without case and underscores.
func isGoogleTool(name string) bool {
	return slices.ContainsFunc(googleTools, func(tool string) bool {
		rest := tool
		for i := range len(name) {
			switch c := name[i]; {
			case c == '_':
			case rest == "" || c|0x20 != rest[0]|0x20:
				return false
			default:
				rest = rest[1:]
			}
		}
		return rest == ""
	})
}

// admitBuiltIn: a bare * is every function, and never a tool that reaches out by itself.
func (r *rule) admitBuiltIn(name string) error {
	field := camel(name)
	for i := range r.tools {
		g := &r.tools[i]
		if g.text == "*" {
			continue
		}
		if g.match(name) || g.match(field) {
			return nil
		}
	}
	return r.refuse("policy_tool", "does not allow the built-in tool "+said(field), "add "+said(field)+" to tools of")
}

func (r *rule) admitMedia(kind string) error {
	kind, _, _ = strings.Cut(kind, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	switch {
	case matchAny(r.media, kind):
		return nil
	case kind == "":
		return r.refuse("policy_media", "does not allow a file whose MIME type is not said", "let the caller say it, or add * to media of")
	default:
		return r.refuse("policy_media", "does not allow media of type "+said(kind), "add "+said(kind)+" to media of")
	}
}

// camel is the other spelling that Google takes for a field: google_search is googleSearch.
func camel(field string) string {
	if strings.IndexByte(field, '_') < 0 {
		return field
	}
	var b strings.Builder
	up := false
	for i := range len(field) {
		c := field[i]
		switch {
		case c == '_':
			up = true
			continue
		case up && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		}
		up = false
		b.WriteByte(c)
	}
	return b.String()
}

// refuse is a refusal of what a call carries; change, of or to the rule, is what would allow it.
func (r *rule) refuse(code, text, change string) error {
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: code, Text: "rule " + r.Name + " " + text,
		Hint: change + " rule " + r.Name + file,
	}
}
