package app

import (
	"io"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/measure"
)

// What package measure counts, for those who print it.
type (
	Count = measure.Count
	Rate  = measure.Rate
)

// Evaluation is how good a check is on labelled rows.
type Evaluation struct {
	Check  string          `json:"check"`
	Rows   int             `json:"rows"`
	Bytes  int             `json:"bytes"` // of text
	Took   time.Duration   `json:"took_ns"`
	Spans  *measure.Spans  `json:"personal_data,omitempty"`
	Labels *measure.Labels `json:"verdicts,omitempty"`
}

// Evaluate holds what a profile finds against what the rows say. Check is one of Checks; when it is empty the rows tell:
// places are personal data, a kind is injection, a sub is toxicity.
func (a *App) Evaluate(scanner func(check string) (*Scanner, error), in io.Reader, check string) (*Evaluation, error) {
	var rows []measure.Row
	if err := measure.Read(in, func(r measure.Row) error { rows = append(rows, r); return nil }); err != nil {
		return nil, err
	}
	if check == "" {
		check = checkOf(rows)
	}
	if check == "" {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "check_unknown", Text: "the rows do not say what they are labelled for", Hint: "add --check pii, injection or toxicity"}
	}
	s, err := scanner(check)
	if err != nil {
		return nil, err
	}
	e := &Evaluation{Check: check, Rows: len(rows)}
	if check == CheckPII {
		e.Spans = &measure.Spans{}
	} else {
		e.Labels = &measure.Labels{}
	}
	if len(rows) > 0 {
		s.Scan(*rows[0].Text) // weights are loaded by the first text
	}
	types := measure.Types(rows)
	for _, r := range rows {
		began := a.host.Clock()
		v := s.Scan(*r.Text)
		e.Took += a.host.Clock().Sub(began)
		e.Bytes += len(*r.Text)
		if e.Spans == nil {
			e.Labels.Add(r, v.Blocked)
			continue
		}
		found := make([]measure.Span, len(v.Spans))
		for i, span := range v.Spans {
			found[i] = measure.Span{Start: span.Start, End: span.End, Type: span.Type}
		}
		e.Spans.Add(r, found, v.Masked != *r.Text, types[r.Source])
	}
	return e, nil
}

func checkOf(rows []measure.Row) string {
	for _, r := range rows {
		switch {
		case r.Spans != nil:
			return CheckPII
		case r.Kind != "":
			return CheckInjection
		case r.Sub != "":
			return CheckToxicity
		}
	}
	return ""
}
