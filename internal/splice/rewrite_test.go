package splice_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/splice"
)

// editor is a Visitor made of functions; those that are nil change nothing.
type editor struct {
	visit func(at *splice.Path, kind byte) splice.Action
	text  func(at *splice.Path, text string) (string, error)
	raw   func(at *splice.Path, raw []byte) ([]byte, error)
	leave func(at *splice.Path, has func(string) bool) []splice.Member
}

func (e editor) Visit(at *splice.Path, kind byte) splice.Action {
	if e.visit == nil {
		return splice.Into
	}
	return e.visit(at, kind)
}

func (e editor) Text(at *splice.Path, text string) (string, error) {
	if e.text == nil {
		return text, nil
	}
	return e.text(at, text)
}

func (e editor) Raw(at *splice.Path, raw []byte) ([]byte, error) {
	if e.raw == nil {
		return raw, nil
	}
	return e.raw(at, raw)
}

func (e editor) Leave(at *splice.Path, has func(string) bool) []splice.Member {
	if e.leave == nil {
		return nil
	}
	return e.leave(at, has)
}

// readStrings reads every string.
func readStrings(_ *splice.Path, kind byte) splice.Action {
	if kind == splice.String {
		return splice.Read
	}
	return splice.Into
}

// shout changes every string to upper case.
var shout = editor{
	visit: readStrings,
	text:  func(_ *splice.Path, text string) (string, error) { return strings.ToUpper(text), nil },
}

func dropping(paths ...string) editor {
	return editor{visit: func(at *splice.Path, _ byte) splice.Action {
		for _, p := range paths {
			if at.String() == p {
				return splice.Drop
			}
		}
		return splice.Into
	}}
}

func TestRewrite(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in, want string
		by       editor
	}{
		"what is unknown survives byte for byte": {
			in:   " {\"a\" : 1.50e+03 ,\t\"b\":[ -0, 1E400,9007199254740993 ],\"\\u00e9\":null,\"c\":\"\\u0041\\/\"}\r\n",
			want: " {\"a\" : 1.50e+03 ,\t\"b\":[ -0, 1E400,9007199254740993 ],\"\\u00e9\":null,\"c\":\"\\u0041\\/\"}\r\n",
			by:   editor{visit: readStrings},
		},
		"only changed strings are written anew": {
			in:   `{"a":"x\u0041","b":"A\u0041\n","c" : "\ud83d\ude00é\"<"}`,
			want: `{"a":"XA","b":"A\u0041\n","c" : "😀É\"<"}`,
			by:   shout,
		},
		"root string":                     {in: ` "a" `, want: ` "A" `, by: shout},
		"drop the first":                  {in: `{"a":1, "b":2}`, want: `{ "b":2}`, by: dropping("a")},
		"drop the last":                   {in: `{"a":1, "b":2 }`, want: `{"a":1 }`, by: dropping("b")},
		"drop the middle":                 {in: `{"a":1,"b":{"x":[]},"c":3}`, want: `{"a":1,"c":3}`, by: dropping("b")},
		"drop all":                        {in: `{ "a":1 , "b":2 }`, want: `{  }`, by: dropping("a", "b")},
		"drop elements":                   {in: `[1,2,[3],4]`, want: `[2,4]`, by: dropping("[0]", "[2]")},
		"drop a value behind changed one": {in: `{"a":["x"],"b":1}`, want: `{"a":[]}`, by: dropping("a[0]", "b")},
		"skip is not looked into": {
			in: `{"a":{"b":"x"},"c":"x"}`, want: `{"a":{"b":"x"},"c":"X"}`,
			by: editor{text: shout.text, visit: func(at *splice.Path, kind byte) splice.Action {
				if at.Match("a") {
					return splice.Skip
				}
				return readStrings(at, kind)
			}},
		},
		"a whole value is read raw": {
			in: `{"a": {"b":[1, 2]} ,"n":1.0}`, want: `{"a": [{"b":[1, 2]}] ,"n":1.0}`,
			by: editor{
				visit: func(at *splice.Path, _ byte) splice.Action {
					if at.Depth() == 1 {
						return splice.Read
					}
					return splice.Into
				},
				raw: func(at *splice.Path, raw []byte) ([]byte, error) {
					if at.Last() == "a" {
						return []byte("[" + string(raw) + "]"), nil
					}
					return raw, nil
				},
			},
		},
		"members are added behind the last": {
			in: `{"a":{} , "b":{"x":1 }, "d":2 }`, want: `{"a":{"y\"":0} , "b":{"x":1,"y\"":0 },"y\"":0 }`,
			by: editor{visit: dropping("d").visit, leave: func(*splice.Path, func(string) bool) []splice.Member {
				return []splice.Member{{Name: `y"`, Value: []byte("0")}}
			}},
		},
		"has knows what stands in the object": {
			in: `{"a":{"a":1,"\u0062":2},"c":3}`, want: `{"a":{"a":1,"\u0062":2,"c":0},"c":3,"b":0}`,
			by: editor{leave: func(_ *splice.Path, has func(string) bool) (add []splice.Member) {
				for _, name := range []string{"a", "b", "c"} {
					if !has(name) {
						add = append(add, splice.Member{Name: name, Value: []byte("0")})
					}
				}
				return add
			}},
		},
		"a dropped member may be added again": {
			in: `{"a":1,"b":2}`, want: `{"b":2,"a":3}`,
			by: editor{visit: dropping("a").visit, leave: func(_ *splice.Path, has func(string) bool) []splice.Member {
				if has("a") {
					return nil
				}
				return []splice.Member{{Name: "a", Value: []byte("3")}}
			}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := splice.Rewrite([]byte("before "), []byte(tt.in), tt.by)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("before "+tt.want, string(got)); diff != "" {
				t.Errorf("Rewrite (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRewriteRefuses(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":[`, 100)
	tests := map[string]struct{ in, code, text string }{
		"empty":               {"", "json_truncated", "the JSON text ends too early, at byte 0"},
		"truncated object":    {`{"a":1`, "json_truncated", "the JSON text ends too early, at byte 6"},
		"truncated string":    {`{"a":"secre`, "json_truncated", "the JSON text ends too early, at byte 11"},
		"truncated rune":      {"\"\xe2\x82", "json_truncated", "the JSON text ends too early, at byte 3"},
		"truncated literal":   {`[tru`, "json_truncated", "the JSON text ends too early, at byte 4"},
		"truncated number":    {`[1e`, "json_truncated", "the JSON text ends too early, at byte 3"},
		"name twice":          {`{"a":1,"b":2,"a":3}`, "json_duplicate_name", "an object has the same name twice, at byte 13"},
		"name twice, escaped": {`{"a":1,"\u0061":3}`, "json_duplicate_name", "an object has the same name twice, at byte 7"},
		"name twice, skipped": {`{"skip":{"a":1,"a":3}}`, "json_duplicate_name", "an object has the same name twice, at byte 15"},
		"invalid UTF-8":       {"{\"a\":\"x\xff\"}", "json_invalid_utf8", "the JSON text is not UTF-8, at byte 7"},
		"overlong UTF-8":      {"\"\xc0\xaf\"", "json_invalid_utf8", "the JSON text is not UTF-8, at byte 1"},
		"lone surrogate":      {`["\ud83d!......"]`, "json_invalid_escape", "an escape in a JSON string stands for no character, or for half of one, at byte 2"},
		"swapped surrogates":  {`["\ude00\ud83d"]`, "json_invalid_escape", "an escape in a JSON string stands for no character, or for half of one, at byte 2"},
		"bad escape":          {`["\x41"]`, "json_invalid_escape", "an escape in a JSON string stands for no character, or for half of one, at byte 2"},
		"trailing data":       {`{} {}`, "json_trailing_data", "more follows after the end of the JSON text, at byte 3"},
		"trailing brace":      {`{}}`, "json_trailing_data", "more follows after the end of the JSON text, at byte 2"},
		"trailing comma":      {`[1,]`, "json_invalid", "the text is not JSON, at byte 3"},
		"missing comma":       {`[1 2]`, "json_invalid", "the text is not JSON, at byte 3"},
		"comma first":         {`{,"a":1}`, "json_invalid", "the text is not JSON, at byte 1"},
		"leading zero":        {`[01]`, "json_invalid", "the text is not JSON, at byte 2"},
		"HTML":                {`<html>`, "json_invalid", "the text is not JSON, at byte 0"},
		"control character":   {"\"a\nb\"", "json_invalid", "a JSON string holds a bare control character, at byte 2"},
		"wrong bracket":       {`{"a":[1}`, "json_invalid", "the text is not JSON, at byte 7"},
		"too deep":            {deep + "[", "json_too_deep", "the JSON text is nested deeper than 200, at byte 600"},
		"too deep, skipped":   {`{"skip":` + deep, "json_too_deep", "the JSON text is nested deeper than 200, at byte 607"},
	}
	skipping := editor{text: shout.text, visit: func(at *splice.Path, kind byte) splice.Action {
		if at.Last() == "skip" {
			return splice.Skip
		}
		return readStrings(at, kind)
	}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := splice.Rewrite([]byte("kept"), []byte(tt.in), skipping)
			var e *bridge.Error
			if !errors.As(err, &e) {
				t.Fatalf("Rewrite = %q, %v", got, err)
			}
			if string(got) != "kept" || e.Kind != bridge.Usage || e.Code != tt.code || e.Text != tt.text || e.Cause != nil {
				t.Errorf("Rewrite = %q, %+v, want %s: %s", got, e, tt.code, tt.text)
			}
		})
	}
}

func TestRewriteDeepestIsTaken(t *testing.T) {
	t.Parallel()
	in := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	if got, err := splice.Rewrite(nil, []byte(in), shout); err != nil || string(got) != in {
		t.Errorf("200 levels: %v", err)
	}
}

func TestRewriteGiant(t *testing.T) {
	t.Parallel()
	in := `{"inlineData":{"data":"` + strings.Repeat("QUJD", 4<<20) + `"},"text":"hi"}`
	skip := editor{text: shout.text, visit: func(at *splice.Path, kind byte) splice.Action {
		if at.Last() == "inlineData" {
			return splice.Skip
		}
		return readStrings(at, kind)
	}}
	got, err := splice.Rewrite(nil, []byte(in), skip)
	if err != nil || string(got) != strings.Replace(in, `"hi"`, `"HI"`, 1) {
		t.Errorf("16 MiB: %v", err)
	}
}

// Names are compared in a map when they are many: an object of 100,000 takes a moment, not a minute.
func TestRewriteManyNames(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `,"%d":%d`, i, i)
	}
	in := "{" + b.String()[1:] + "}"
	if got, err := splice.Rewrite(nil, []byte(in), shout); err != nil || string(got) != in {
		t.Errorf("many names: %v", err)
	}
	in = in[:len(in)-1] + `,"7":0}`
	if _, err := splice.Rewrite(nil, []byte(in), shout); err == nil || !strings.Contains(err.Error(), "an object has the same name twice") {
		t.Errorf("one of many names twice: %v", err)
	}
}

// A visitor's error ends the pass, and comes back as it is.
func TestRewriteVisitorErrors(t *testing.T) {
	t.Parallel()
	mine := errors.New("mine")
	for name, tt := range map[string]struct {
		in   string
		by   editor
		want string
	}{
		"text":         {`["a"]`, editor{visit: readStrings, text: func(*splice.Path, string) (string, error) { return "", mine }}, "mine"},
		"raw":          {`{}`, editor{visit: func(*splice.Path, byte) splice.Action { return splice.Read }, raw: func(*splice.Path, []byte) ([]byte, error) { return nil, mine }}, "mine"},
		"root dropped": {`{}`, editor{visit: func(*splice.Path, byte) splice.Action { return splice.Drop }}, "a visitor dropped the whole JSON text"},
		"not UTF-8":    {`"a"`, editor{visit: readStrings, text: func(*splice.Path, string) (string, error) { return "\xff", nil }}, "a changed text is not UTF-8"},
		"member twice": {`{"a":1}`, editor{leave: func(*splice.Path, func(string) bool) []splice.Member { return []splice.Member{{Name: "a"}} }}, "a visitor added a member that the object has"},
	} {
		if got, err := splice.Rewrite(nil, []byte(tt.in), tt.by); err == nil || err.Error() != tt.want || got != nil {
			t.Errorf("%s: Rewrite = %q, %v, want %s", name, got, err, tt.want)
		}
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	var seen []string
	_, err := splice.Rewrite(nil, []byte(`{"contents":[{"parts":[{"text":"a"},{"te\u0078t":"b"}]}],"":{"text":"c"}}`), editor{
		visit: readStrings,
		text: func(at *splice.Path, text string) (string, error) {
			if at.Match("contents", "*", "parts", "*", "text") {
				seen = append(seen, at.String()+"="+text)
				if at.Depth() != 5 || at.Name(0) != "contents" || at.Index(0) != -1 || at.Name(1) != "" || at.Index(1) != 0 || at.Last() != "text" {
					t.Errorf("the steps of %s are wrong", at)
				}
			}
			if at.Match("contents", "*", "parts", "*") || at.Match("contents", "0", "parts", "*", "text") || !at.Match("*", "text") && at.Last() == "text" && !at.Under("contents", "*") {
				t.Errorf("%s matches what it must not, or not what it must", at)
			}
			return text, nil
		},
	})
	want := []string{"contents[0].parts[0].text=a", "contents[0].parts[1].text=b"}
	if diff := cmp.Diff(want, seen); diff != "" || err != nil {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
}

func TestPattern(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"instances[*].content":             {"instances", "*", "content"},
		"instances[*].messages[*].content": {"instances", "*", "messages", "*", "content"},
		"prompt":                           {"prompt"},
		"a[*][*]":                          {"a", "*", "*"},
		"[*].x":                            {"*", "x"},
		"*.x":                              {"*", "x"},
	} {
		if got, err := splice.Pattern(in); err != nil || !cmp.Equal(got, want) {
			t.Errorf("Pattern(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", ".", "a.", "a[0]", "a[*]b", "a[", "$.a[*", "a..b", "a.[*]"} {
		if got, err := splice.Pattern(in); err == nil || !strings.Contains(err.Error(), "is not a JSON path that is understood") {
			t.Errorf("Pattern(%q) = %q, %v", in, got, err)
		}
	}
}
