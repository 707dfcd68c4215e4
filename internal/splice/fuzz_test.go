package splice_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/splice"
)

// FuzzRewrite holds Rewrite to encoding/json's view: what is taken is JSON, what changes nothing is the same bytes, and
// what changes strings changes those alone.
func FuzzRewrite(f *testing.F) {
	for _, seed := range []string{
		`{"contents":[{"role":"user","parts":[{"text":"a\u00e9\n\"b\""}]}],"n":1.50e+3}`, ` [ ] `, `"\ud83d\ude00"`, `{"a":1,"a":2}`,
		`[1,{"b":null},true]`, "\"\xff\"", `{"a":`, `"\ud800"`, `{"":{"":[""]}}`, `0 1`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		walked, rewritten := &notes{}, &notes{}
		seen := splice.Walk(src, walked)
		_, err := splice.Rewrite(nil, src, rewritten.asVisitor())
		if fmt.Sprint(seen) != fmt.Sprint(err) || walked.String() != rewritten.String() {
			t.Fatalf("%q: Walk says %v and has seen\n%s\nand Rewrite says %v and has seen\n%s", src, seen, walked, err, rewritten)
		}
		same, err := splice.Rewrite(nil, src, editor{visit: readStrings})
		if err != nil {
			var e *bridge.Error
			fine := errors.As(err, &e) && (!json.Valid(src) || !utf8.Valid(src) || slices.Contains([]string{"json_duplicate_name", "json_too_deep", "json_invalid_escape"}, e.Code))
			if !fine {
				t.Fatalf("%q is JSON: %v", src, err)
			}
			return
		}
		if !bytes.Equal(same, src) {
			t.Fatalf("%q became %q, and nobody changed it", src, same)
		}
		skipped, err := splice.Rewrite(nil, src, editor{visit: func(*splice.Path, byte) splice.Action { return splice.Skip }})
		if err != nil || !bytes.Equal(skipped, src) {
			t.Fatalf("%q became %q, %v, and was not looked into", src, skipped, err)
		}
		changed, err := splice.Rewrite(nil, src, shout)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(shouted(decoded(t, src)), decoded(t, changed)); diff != "" {
			t.Fatalf("%q became %q (-want +got):\n%s", src, changed, diff)
		}
	})
}

func decoded(t *testing.T, text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}

func shouted(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ToUpper(v)
	case []any:
		for i := range v {
			v[i] = shouted(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = shouted(v[name])
		}
	}
	return v
}

// FuzzSSE holds the splitter to this: the events' bytes are the stream, their payloads are what the lines say, and cuts
// change nothing.
func FuzzSSE(f *testing.F) {
	f.Add([]byte("data: {\"a\":1}\r\n\r\ndata: x\n\n: c\r\revent: e\ndata\n\n"), byte(3))
	f.Add([]byte("\ufeffdata: a\ndata: b\n\n\r\n\rdata"), byte(1))
	f.Fuzz(func(t *testing.T, stream []byte, size byte) {
		whole := split(t, splice.NewSSE(1<<20), string(stream), max(len(stream), 1))
		var raw strings.Builder
		for _, e := range whole {
			raw.WriteString(e.Raw)
		}
		if raw.String() != string(stream) {
			t.Fatalf("the events' bytes are %q", raw.String())
		}
		plain := strings.TrimPrefix(string(stream), "\ufeff")
		if diff := cmp.Diff(reference(plain), payloads(whole)); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", stream, diff)
		}
		if diff := cmp.Diff(payloads(whole), payloads(split(t, splice.NewSSE(1<<20), string(stream), int(size)+1))); diff != "" {
			t.Fatalf("%q in pieces of %d (-whole +pieces):\n%s", stream, size+1, diff)
		}
	})
}

// reference reads a stream the simple way, whole.
func reference(stream string) (out []event) {
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(stream, "\r\n", "\n"), "\r", "\n"), "\n")
	var name string
	var data []string
	end := func() {
		if data != nil {
			out = append(out, event{Name: name, Data: strings.Join(data, "\n")})
		}
		name, data = "", nil
	}
	for _, line := range lines {
		field, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimPrefix(value, " "); {
		case line == "":
			end()
		case field == "data":
			data = append(data, value)
		case field == "event":
			name = value
		}
	}
	end()
	return out
}

// FuzzJSONArray holds the splitter to encoding/json: of an array of objects it returns the elements.
func FuzzJSONArray(f *testing.F) {
	f.Add([]byte("[{\"a\":\"]}\\\"\"}\r\n,\r\n{}]\n"), byte(2))
	f.Add([]byte("[]"), byte(1))
	f.Fuzz(func(t *testing.T, stream []byte, size byte) {
		var want []json.RawMessage
		if json.Unmarshal(stream, &want) != nil || want == nil || slices.ContainsFunc(want, func(e json.RawMessage) bool { return e[0] != '{' }) {
			return
		}
		var raw strings.Builder
		var got []json.RawMessage
		for _, e := range split(t, splice.NewJSONArray(1<<20), string(stream), int(size)+1) {
			raw.WriteString(e.Raw)
			if e.Data != "-" {
				got = append(got, json.RawMessage(e.Data))
			}
		}
		if raw.String() != string(stream) || len(got) != len(want) {
			t.Fatalf("%q: bytes %q, %d events, want %d", stream, raw.String(), len(got), len(want))
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("%q: event %d is %q, want %q", stream, i, got[i], want[i])
			}
		}
	})
}
