package splice_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/splice"
)

// event is what a test compares: the slices of an Event are good for one call only. Data is "-" for none.
type event struct{ Name, Data, Raw string }

func copied(events []splice.Event) (out []event) {
	for _, e := range events {
		data := "-"
		if e.Data != nil {
			data = string(e.Data)
		}
		out = append(out, event{e.Name, data, string(e.Raw)})
	}
	return out
}

// split feeds a stream in pieces of the given sizes, the last one again and again.
func split(t interface{ Fatal(...any) }, s splice.Splitter, stream string, sizes ...int) (out []event) {
	for len(stream) > 0 {
		n := min(sizes[0], len(stream))
		if len(sizes) > 1 {
			sizes = sizes[1:]
		}
		events, err := s.Feed([]byte(stream[:n]))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, copied(events)...)
		stream = stream[n:]
	}
	events, err := s.End()
	if err != nil {
		t.Fatal(err)
	}
	return append(out, copied(events)...)
}

// litellm #30028, #30206: an event that the network cut; a character that the network cut.
func TestSSE(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want []event
	}{
		"OpenAI": {
			"data: {\"a\":\"é\"}\n\ndata: [DONE]\n\n",
			[]event{{"", `{"a":"é"}`, "data: {\"a\":\"é\"}\n\n"}, {"", "[DONE]", "data: [DONE]\n\n"}},
		},
		"Vertex": {
			"data: {\"a\":1}\r\n\r\ndata: {\"b\":2}\r\n\r\n",
			[]event{{"", `{"a":1}`, "data: {\"a\":1}\r\n\r\n"}, {"", `{"b":2}`, "data: {\"b\":2}\r\n\r\n"}},
		},
		"carriage returns": {
			"data: 1\r\rdata: 2\r\r",
			[]event{{"", "1", "data: 1\r\r"}, {"", "2", "data: 2\r\r"}},
		},
		"Anthropic": {
			"event: message_start\ndata: {}\n\n: comment\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n",
			[]event{{"message_start", "{}", "event: message_start\ndata: {}\n\n"}, {"", "-", ": comment\n\n"}, {"ping", `{"type": "ping"}`, "event: ping\ndata: {\"type\": \"ping\"}\n\n"}},
		},
		"several lines": {
			"data: {\r\nid: 3\r\ndata:  \"a\":1\r\ndata: }\r\n\r\n",
			[]event{{"", "{\n \"a\":1\n}", "data: {\r\nid: 3\r\ndata:  \"a\":1\r\ndata: }\r\n\r\n"}},
		},
		"odd fields": {
			"data\n\ndata:\n\nevent\ndata:x\nretry: 3\ndatax: 4\n\n\n",
			[]event{{"", "", "data\n\n"}, {"", "", "data:\n\n"}, {"", "x", "event\ndata:x\nretry: 3\ndatax: 4\n\n"}, {"", "-", "\n"}},
		},
		"byte order mark": {"\ufeffdata: 1\n\n", []event{{"", "1", "\ufeffdata: 1\n\n"}}},
		"no empty line":   {"data: 1\n\ndata: 2", []event{{"", "1", "data: 1\n\n"}, {"", "2", "data: 2"}}},
		"open at the end": {"data: 1\r\n\r", []event{{"", "1", "data: 1\r\n\r"}}},
		"mixed ends":      {"data: 1\r\n\ndata: 2\n\r\n", []event{{"", "1", "data: 1\r\n\n"}, {"", "2", "data: 2\n\r\n"}}},
		"nothing":         {"", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for cut := range len(tt.in) + 1 {
				if diff := cmp.Diff(tt.want, split(t, splice.NewSSE(100), tt.in, max(cut, 1), len(tt.in))); diff != "" {
					t.Fatalf("cut at %d (-want +got):\n%s", cut, diff)
				}
			}
			if diff := cmp.Diff(tt.want, split(t, splice.NewSSE(100), tt.in, 1)); diff != "" {
				t.Errorf("byte by byte (-want +got):\n%s", diff)
			}
		})
	}
}

// An event is out with its last byte: nothing waits for the next one.
func TestStreamsAreNotHeldBack(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stream splice.Splitter
		pieces []string
	}{
		"\\n":    {splice.NewSSE(100), []string{"data: 1\n\n", "data: 2\n\n"}},
		"\\r\\n": {splice.NewSSE(100), []string{"data: 1\r\n\r\n", "data: 2\r\n\r\n"}},
		"\\r":    {splice.NewSSE(100), []string{"data: 1\r\r", "data: 2\r\r"}},
		"array":  {splice.NewJSONArray(100), []string{"[{}", "\r\n,\r\n{}", "]"}},
	} {
		for _, piece := range tt.pieces {
			if events, err := tt.stream.Feed([]byte(piece)); err != nil || len(events) != 1 || string(events[0].Raw) != piece {
				t.Errorf("%s: after %q came %v, %v", name, piece, copied(events), err)
			}
		}
	}
}

func TestJSONArray(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		in   string
		want []event
	}{
		"Vertex": {
			"[{\"a\":\"é]\\\"}\"}\r\n,\r\n{\"b\":[{}, 2]}\r\n]\r\n",
			[]event{{"", `{"a":"é]\"}"}`, `[{"a":"é]\"}"}`}, {"", `{"b":[{}, 2]}`, "\r\n,\r\n{\"b\":[{}, 2]}"}, {"", "-", "\r\n]"}, {"", "-", "\r\n"}},
		},
		"one":   {" [ {\"error\":{\"code\":429}}]", []event{{"", `{"error":{"code":429}}`, ` [ {"error":{"code":429}}`}, {"", "-", "]"}}},
		"empty": {"[]", []event{{"", "-", "[]"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for cut := range len(tt.in) + 1 {
				got := split(t, splice.NewJSONArray(100), tt.in, max(cut, 1), len(tt.in))
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Fatalf("cut at %d (-want +got):\n%s", cut, diff)
				}
			}
		})
	}
}

func TestStreamsRefuse(t *testing.T) {
	t.Parallel()
	array := func() splice.Stream { return splice.NewJSONArray(20) }
	sse := func() splice.Stream { return splice.NewSSE(20) }
	for name, tt := range map[string]struct {
		stream   func() splice.Stream
		in, want string
	}{
		"array: HTML":           {array, "<html>", "vertex: the answer is not a JSON array of objects"},
		"array: an object":      {array, `{"a":1}`, "vertex: the answer is not a JSON array of objects"},
		"array: strings":        {array, `["a"]`, "vertex: the answer is not a JSON array of objects"},
		"array: two commas":     {array, `[{},,{}]`, "vertex: the answer is not a JSON array of objects"},
		"array: comma at end":   {array, `[{},]`, "vertex: the answer is not a JSON array of objects"},
		"array: behind the end": {array, `[]{`, "vertex: the answer is not a JSON array of objects"},
		"array: nothing":        {array, ``, "vertex: the answer's JSON array ended before its closing bracket"},
		"array: cut":            {array, `[{"a":"`, "vertex: the answer's JSON array ended before its closing bracket"},
		"array: not closed":     {array, `[{}`, "vertex: the answer's JSON array ended before its closing bracket"},
		"array: giant":          {array, `[{"a":"` + strings.Repeat("x", 20), "vertex: an event of the answer is larger than 20 bytes"},
		"sse: giant":            {sse, "data: " + strings.Repeat("x", 20), "vertex: an event of the answer is larger than 20 bytes"},
		"sse: giant and whole":  {sse, "data: " + strings.Repeat("x", 20) + "\n\n", "vertex: an event of the answer is larger than 20 bytes"},
	} {
		for _, size := range []int{1, 1000} {
			s := tt.stream()
			var err error
			for rest := tt.in; rest != "" && err == nil; rest = rest[min(size, len(rest)):] {
				_, err = s.Feed([]byte(rest[:min(size, len(rest))]))
			}
			if err == nil {
				_, err = s.End()
			}
			var e *bridge.Error
			if !errors.As(err, &e) || e.Kind != bridge.Unreachable || err.Error() != tt.want {
				t.Errorf("%s, in pieces of %d: %v, want %s", name, size, err, tt.want)
			}
		}
	}
}

// A rewritten stream looks like the upstream's: only payloads differ.
func TestFramers(t *testing.T) {
	t.Parallel()
	const drop, insert, last = "drop", "insert", "last"
	for name, tt := range map[string]struct {
		stream   splice.Stream
		in, want string
	}{
		"\\n":                     {splice.NewSSE(100), "event: a\ndata: x\nid: 1\n\n: c\n\n", "event: a\ndata: X\nid: 1\n\n: c\n\n"},
		"\\r\\n":                  {splice.NewSSE(100), "data: x\r\n\r\ndata: y\r\n\r\n", "data: X\r\n\r\ndata: Y\r\n\r\n"},
		"no space":                {splice.NewSSE(100), "data:x\n\ndata:insert\n\n", "data:X\n\ndata:NEW\n\n"},
		"several lines":           {splice.NewSSE(100), "data: x\r\nid: 1\r\ndata: y\r\n\r\n", "data: X\r\ndata: Y\r\nid: 1\r\n\r\n"},
		"several lines unchanged": {splice.NewSSE(100), "data: 1\r\nid: 1\r\ndata: 2\r\n\r\n", "data: 1\r\nid: 1\r\ndata: 2\r\n\r\n"},
		"sse, dropped":            {splice.NewSSE(100), "data: drop\n\ndata: y\n\n", "data: Y\n\n"},
		"sse, inserted":           {splice.NewSSE(100), "event: n\r\ndata: insert\r\n\r\n", "event: n\r\ndata: NEW\r\n\r\n"},
		"sse, last":               {splice.NewSSE(100), "data: last\n\n", "data: LAST\n\n"},
		"array":                   {splice.NewJSONArray(100), "[{x}\r\n,\r\n{y}\r\n]\n", "[{X}\r\n,\r\n{Y}\r\n]\n"},
		"array, first dropped":    {splice.NewJSONArray(100), "[{drop},\n{y}]", "[\n{Y}]"},
		"array, second dropped":   {splice.NewJSONArray(100), "[{x},{drop},{y}]", "[{X},{Y}]"},
		"array, all dropped":      {splice.NewJSONArray(100), "[{drop},{drop}]", "[]"},
		"array, first inserted":   {splice.NewJSONArray(100), "[{insert},{y}]", "[{NEW},{Y}]"},
		"array, inserted":         {splice.NewJSONArray(100), "[{x},{insert}]", "[{X}\r\n,\r\n{NEW}]"},
		"array, closed early":     {splice.NewJSONArray(100), "[{x},{last},{y}]\n", "[{X},{LAST}\r\n]\n"},
	} {
		var out []byte
		closed := false
		for at := 0; at <= len(tt.in); at++ {
			events, err := tt.stream.Feed([]byte(tt.in[at:min(at+1, len(tt.in))]))
			if at == len(tt.in) {
				events, err = tt.stream.End()
			}
			if err != nil {
				t.Fatal(name, err)
			}
			for _, e := range events {
				switch word := string(bytes.Trim(e.Data, "{}")); {
				case e.Data == nil || !closed && word != drop && word != insert:
					out = tt.stream.Append(out, e, bytes.ToUpper(e.Data))
				case word == insert:
					out = tt.stream.Insert(out, e.Name, bytes.Replace(e.Data, []byte(insert), []byte("NEW"), 1))
				}
				if bytes.Contains(e.Data, []byte(last)) {
					out, closed = tt.stream.Close(out), true
				}
			}
		}
		if string(out) != tt.want {
			t.Errorf("%s: got %q, want %q", name, out, tt.want)
		}
	}
}

// A door that answers in another dialect writes events without an upstream's.
func TestSSEZeroValueInserts(t *testing.T) {
	t.Parallel()
	got := new(splice.SSE).Insert(nil, "message_stop", []byte("{\n}"))
	if want := "event: message_stop\ndata: {\ndata: }\n\n"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := new(splice.JSONArray).Close(nil); string(got) != "[\r\n]" {
		t.Errorf("an array of nothing is %q", got)
	}
}

// Whatever the bytes and however they are cut: the events' bytes are the stream, and the events are the same.
func TestSSEAnyCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stream := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"data: ", "data:", "event: x", "é", ":", "\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "a"})).Draw(t, "stream"), "")
		sizes := rapid.SliceOfN(rapid.IntRange(1, 9), 1, -1).Draw(t, "sizes")
		whole := split(t, splice.NewSSE(1<<20), stream, max(len(stream), 1))
		var raw strings.Builder
		for _, e := range whole {
			raw.WriteString(e.Raw)
		}
		if raw.String() != stream {
			t.Fatalf("the events' bytes are %q, the stream's %q", raw.String(), stream)
		}
		if diff := cmp.Diff(payloads(whole), payloads(split(t, splice.NewSSE(1<<20), stream, sizes...))); diff != "" {
			t.Fatalf("in pieces (-whole +pieces):\n%s", diff)
		}
	})
}

// payloads leaves out events that hold nothing: a \n that comes late behind \r\r is one by itself.
func payloads(events []event) (out []event) {
	for _, e := range events {
		if e.Data != "-" {
			out = append(out, event{Name: e.Name, Data: e.Data})
		}
	}
	return out
}
