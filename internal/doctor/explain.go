package doctor

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Explain names the failure in a pasted text: an error or a whole stack trace of any SDK or command line tool. It needs
// no network. False means that the failure is not in the catalogue: the finding then says which hop it seems to be of,
// and what to send. Of the text, 256 KiB are read; no secret in it comes back.
func Explain(text string) (Finding, bool) {
	clean := Redact(tidy(text))
	f, ok := match(clean, nil)
	if !ok {
		f = unknown(clean)
	}
	return f, ok
}

// ExplainError names the failure of a call that one of our own adapters made: its hop, code and status are known, and
// need not be guessed.
func ExplainError(err error) (Finding, bool) {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		return Explain(err.Error())
	}
	text := Redact(tidy(err.Error() + " " + e.Code))
	f, ok := match(text, e)
	if !ok {
		f = unknown(text)
		f.Title, f.Said, f.Cause, f.Fix = Redact(e.Text), Redact(e.Text), "not one of the known failures; what is said is all that is known", Redact(e.Hint)
		if e.Hop != "" {
			f.Hop = e.Hop
		}
	}
	if e.Hop != "" && f.Hop == "" {
		f.Hop = e.Hop
	}
	return f, ok
}

// hit is one pattern that matched.
type hit struct {
	row    *Row
	weight int
	form   int
	said   string
	parts  map[string]string
}

// match finds the most specific row: the one whose pattern has most fixed characters, in the most faithful reading.
func match(text string, known *bridge.Error) (Finding, bool) {
	var best *hit
	all := forms(text)
	seen := look(all[min(1, len(all)-1)].text)
	if known != nil {
		seen.know(known)
	}
	rows := catalogue()
	for n := range all {
		for i := range rows {
			for j := range rows[i].Match {
				h := rows[i].Match[j].try(&all[n], &seen)
				if h != nil && (best == nil || h.weight > best.weight) {
					h.row, h.form = &rows[i], n
					best = h
				}
			}
		}
		if best != nil && n > 0 && !all[n].squeezed {
			break // a later reading is a worse one
		}
	}
	if best == nil && known != nil {
		best = byCode(known)
	}
	if best == nil {
		return Finding{}, false
	}
	best.complete(all, &seen)
	gather(all[min(1, len(all)-1)].text, best.parts)
	for name, value := range best.parts {
		best.parts[name] = Redact(value)
	}
	return best.row.finding(seen.hopFor(best.row), Redact(best.said), best.parts), true
}

// try holds one pattern against one reading.
func (p *Pattern) try(f *form, seen *evidence) *hit {
	if p.Shape != "" && !seen.shapes[p.Shape] {
		return nil
	}
	if len(p.Status) > 0 && !slices.ContainsFunc(p.Status, func(n int) bool { return slices.Contains(seen.status, n) }) {
		return nil
	}
	with := &p.plain
	if f.squeezed {
		with = &p.squeezed
	}
	at := with.find(f.text)
	if at == nil {
		return nil
	}
	h := &hit{weight: p.weight, said: shorten(f.text[at[0]:at[1]]), parts: map[string]string{}}
	for i, name := range with.re.SubexpNames() {
		if name != "" && at[2*i] >= 0 {
			h.parts[name] = f.text[at[2*i]:at[2*i+1]]
		}
	}
	return h
}

// complete adds the parts that the row's other patterns find.
func (h *hit) complete(all []form, seen *evidence) {
	for i := range all {
		for j := range h.row.Match {
			more := h.row.Match[j].try(&all[i], seen)
			if more == nil || all[i].squeezed && h.form != i {
				continue
			}
			for name, value := range more.parts {
				if h.parts[name] == "" {
					h.parts[name] = value
				}
			}
		}
	}
}

// byCode is for our own errors, whose text may be anything.
func byCode(e *bridge.Error) *hit {
	rows := catalogue()
	for i := range rows {
		for j := range rows[i].Match {
			if e.Code != "" && slices.Contains(rows[i].Match[j].Codes, e.Code) {
				return &hit{row: &rows[i], said: shorten(oneLine(Redact(e.Text))), parts: map[string]string{}}
			}
		}
	}
	return nil
}

// know adds what an adapter knows and a text may not show.
func (e *evidence) know(known *bridge.Error) {
	if known.Status != 0 {
		e.status = append(e.status, known.Status)
	}
	switch {
	case strings.HasPrefix(known.Code, "AADSTS"):
		e.shapes[shapeEntra] = true
	case known.Code != "" && strings.ToUpper(known.Code) == known.Code:
		e.shapes[shapeRPC] = true
	case known.Hop == bridge.HopSTS:
		e.shapes[shapeSTS] = true
	case known.Hop == bridge.HopHome:
		e.shapes[shapeIdentity] = true
	}
	if known.Hop != "" {
		e.hop = known.Hop
	}
}

// hopFor is the row's own hop, but where several of Google's APIs say the same it is the one that spoke.
func (e *evidence) hopFor(r *Row) bridge.Hop {
	shared := r.Hop == bridge.HopVertex || r.Hop == bridge.HopImpersonate || r.Number == 49
	if shared && (e.hop == bridge.HopVertex || e.hop == bridge.HopImpersonate || e.hop == bridge.HopSTS) && e.shapes[shapeRPC] && r.Producer == Server {
		return e.hop
	}
	return r.Hop
}

// unknown says what can be said of a failure that is not in the catalogue.
func unknown(text string) Finding {
	all := forms(text)
	seen := look(all[min(1, len(all)-1)].text)
	f := Finding{Hop: seen.hop, Title: "Not in the catalogue", Said: shorten(all[0].text), Cause: "nothing in the text is known"}
	if seen.hop != "" {
		f.Cause = "by its shape this is an answer at hop " + string(seen.hop)
		for _, status := range seen.status {
			f.Cause += ", status " + strconv.Itoa(status)
			break
		}
	}
	f.Check = "landbridge doctor --output json"
	f.Fix = "send the whole error with the lines before it, the SDK and its version, and what landbridge doctor prints; tokens are not needed"
	return f
}

// shorten bounds what is repeated of somebody else's text.
func shorten(s string) string {
	const most = 600
	s = strings.TrimSpace(s)
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
