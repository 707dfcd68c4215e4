package measure_test

import (
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/measure"
)

func rows(t *testing.T, text string) []measure.Row {
	t.Helper()
	var out []measure.Row
	if err := measure.Read(strings.NewReader(text), func(r measure.Row) error { out = append(out, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRead(t *testing.T) {
	t.Parallel()
	got := rows(t, `{"id":"1","source":"s","text":"a","spans":[{"start":0,"end":1,"type":"PERSON","value":"a"}]}`+"\n\n"+`{"id":2,"label":1,"text":"b"}`)
	one := 1
	a, b := "a", "b"
	want := []measure.Row{{ID: []byte(`"1"`), Source: "s", Text: &a, Spans: []measure.Span{{End: 1, Type: "PERSON"}}, Line: 1}, {ID: []byte("2"), Label: &one, Text: &b, Line: 3}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	long := rows(t, `{"text":"`+strings.Repeat("x", 200_000)+`"}`)
	if len(long) != 1 || len(*long[0].Text) != 200_000 {
		t.Error("a long line was not read whole")
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\"text\":\"\"}\n{secret}": "line 2 is not a row: no JSON at byte 2",
		`{"text":5}`:                "line 1 is not a row: text is a number where a string is wanted",
		`{"text":"secret"`:          "line 1 is not a row: no JSON at byte 16",
		`{"id":"1"}`:                "line 1 has no text",
		"\n\n[\"secret\"]":          "line 3 is not a row: it is no JSON object",
	} {
		err := measure.Read(strings.NewReader(text), func(measure.Row) error { return nil })
		e, ok := errors.AsType[*bridge.Error](err)
		if !ok || e.Text != want || e.Kind != bridge.Usage {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if err := measure.Read(strings.NewReader(`{"text":""}`), func(measure.Row) error { return io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the caller's error is lost: %v", err)
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	data := rows(t, `{"source":"a","text":"x","spans":[{"start":0,"end":10,"type":"GPE"},{"start":20,"end":30,"type":"PERSON"}]}
{"source":"a","text":"y","spans":[]}
{"source":"a","text":"z"}`)
	known := measure.Types(data)["a"]
	var m measure.Spans
	m.Add(data[0], []measure.Span{{Start: 0, End: 5, Type: "LOCATION"}, {Start: 20, End: 24, Type: "PERSON"}, {Start: 40, End: 50, Type: "IBAN"}}, true, known)
	m.Add(data[1], []measure.Span{{Start: 0, End: 1, Type: "PERSON"}}, true, known)
	m.Add(data[2], nil, false, known)
	want := measure.Spans{
		Rows: 3, Clean: 2, Changed: 1,
		ByType:   map[string]*measure.Count{"LOCATION": {Gold: 1, Hit: 1, Found: 1, Right: 1}, "PERSON": {Gold: 1, Found: 2, Right: 1}},
		BySource: map[string]*measure.Count{"a": {Gold: 2, Hit: 1, Found: 3, Right: 2}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
	total := m.Total()
	if p, r := total.Precision(), total.Recall(); p != 2.0/3 || r != 0.5 {
		t.Errorf("precision %v, recall %v", p, r)
	}
	if f := total.F(2); math.Abs(f-5*(2.0/3)*0.5/(4*2.0/3+0.5)) > 1e-9 {
		t.Errorf("F2 %v", f)
	}
	if (measure.Count{}).F(1) != 0 {
		t.Error("nothing at all is not 0")
	}
}

// An address that one side names whole and the other by its lines is the same address.
func TestAddressesByTheirLines(t *testing.T) {
	t.Parallel()
	row := rows(t, `{"source":"a","text":"x","spans":[{"start":0,"end":30,"type":"ADDRESS"},{"start":40,"end":46,"type":"GPE"}]}`)[0]
	var m measure.Spans
	m.Add(row, []measure.Span{{Start: 0, End: 12, Type: "STREET_ADDRESS"}, {Start: 14, End: 20, Type: "LOCATION"}, {Start: 38, End: 50, Type: "STREET_ADDRESS"}}, true, map[string]bool{"ADDRESS": true, "LOCATION": true})
	if diff := cmp.Diff(measure.Count{Gold: 2, Hit: 2, Found: 3, Right: 3}, m.Total()); diff != "" {
		t.Error(diff)
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	data := rows(t, `{"source":"a","kind":"direct","label":1,"text":"x"}
{"source":"a","kind":"direct","label":1,"text":"x"}
{"source":"b","sub":"s","label":0,"text":"x"}
{"source":"b","text":"x"}`)
	var m measure.Labels
	for i, r := range data {
		m.Add(r, i%2 == 0)
	}
	want := measure.Labels{
		Attacks: measure.Rate{Rows: 2, Blocked: 1}, Benign: measure.Rate{Rows: 2, Blocked: 1},
		Attack:   map[string]*measure.Rate{"a direct": {Rows: 2, Blocked: 1}},
		Harmless: map[string]*measure.Rate{"b s": {Rows: 1, Blocked: 1}, "b": {Rows: 1}},
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Error(diff)
	}
	if c := m.Count(); c.Precision() != 0.5 || c.Recall() != 0.5 {
		t.Errorf("%+v", c)
	}
}

func TestCodePoints(t *testing.T) {
	t.Parallel()
	if got := measure.CodePoints("aäö€😀b", []int{0, 1, 3, 5, 8, 12, 13}); !cmp.Equal(got, []int{0, 1, 2, 3, 4, 5, 6}) {
		t.Error(got)
	}
}
