package vertex

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/prompt"
)

// DLP is Google's Sensitive Data Protection as a second opinion (google.privacy.dlp.v2, content:inspect). The caller needs
// roles/dlp.user. It implements prompt.Finder.
type DLP struct {
	*second
	config map[string]any
}

var _ prompt.Finder = DLP{}

// NewDLP checks a parent, projects/P/locations/L; it calls nobody. Without info types Google's own list is looked for.
func NewDLP(o SecondOptions, parent string, infoTypes []string) (DLP, error) {
	s, err := newSecond(o, google.Asked{Service: "sensitive data protection", Role: "roles/dlp.user"}, "v2", parent,
		func(_, universe string) string { return "dlp." + universe })
	if err == nil && strings.Contains(parent, "/templates/") {
		err = &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopVertex, Code: "resource_invalid", Text: "sensitive data protection needs a parent, not a template", Hint: "write projects/PROJECT/locations/LOCATION"}
	}
	config := map[string]any{"minLikelihood": "POSSIBLE", "includeQuote": false}
	if len(infoTypes) > 0 {
		names := make([]map[string]string, len(infoTypes))
		for i, name := range infoTypes {
			names[i] = map[string]string{"name": name}
		}
		config["infoTypes"] = names
	}
	return DLP{s, config}, err
}

const (
	// dlpMost is how much of a text goes into one request: half of the limit of 0.5 MB, since JSON may need more bytes.
	dlpMost = 256 << 10
	// dlpOverlap is how much of a piece is repeated in the next, so that no value is lost at the cut.
	dlpOverlap = 512
	// dlpLeast is the shortest piece that is halved when it holds more findings than one answer may (3,000).
	dlpLeast = 4 * dlpOverlap
)

// Find implements prompt.Finder. A long text is asked about in pieces.
func (d DLP) Find(ctx context.Context, lease bridge.Lease, text string) ([]prompt.Finding, error) {
	text = sameLength(text)
	var found []prompt.Finding
	for start := 0; start < len(text); {
		end := runeStart(text, min(start+dlpMost, len(text)))
		some, err := d.inspect(ctx, lease, text, start, end)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
		if end == len(text) {
			break
		}
		start = runeStart(text, end-dlpOverlap)
	}
	return inOrder(found), nil
}

// dlpReply is google.privacy.dlp.v2.InspectContentResponse.
type dlpReply struct {
	Result *struct {
		Findings  []dlpFinding `json:"findings"`
		Truncated bool         `json:"findingsTruncated"`
	} `json:"result"`
}

// inspect asks about text[start:end]; about halves of it, when there is more in it than one answer holds.
func (d DLP) inspect(ctx context.Context, lease bridge.Lease, text string, start, end int) ([]prompt.Finding, error) {
	piece := text[start:end]
	var reply dlpReply
	question := map[string]any{"item": map[string]string{"value": piece}, "inspectConfig": d.config}
	err := d.ask(ctx, lease, "/content:inspect", question, &reply)
	e, _ := errors.AsType[*bridge.Error](err)
	large := e != nil && e.Code == "response_too_large" || err == nil && reply.Result != nil && reply.Result.Truncated
	switch {
	case large && len(piece) >= dlpLeast:
		half := runeStart(text, start+len(piece)/2)
		left, err := d.inspect(ctx, lease, text, start, half)
		if err != nil {
			return nil, err
		}
		right, err := d.inspect(ctx, lease, text, runeStart(text, half-dlpOverlap), end)
		return append(left, right...), err
	case err != nil:
		return nil, err
	case reply.Result == nil:
		return nil, d.unusable("no result")
	case large:
		return nil, d.unusable("a part of its findings only")
	}
	out := make([]prompt.Finding, 0, len(reply.Result.Findings))
	for _, f := range reply.Result.Findings {
		from, to, ok := f.bytes(piece)
		if !ok {
			return nil, d.unusable("a finding outside of the text")
		}
		out = append(out, prompt.Finding{Start: start + from, End: start + to, Type: typeOf(f.InfoType.Name), Score: likelihood(f.Likelihood)})
	}
	return out, nil
}

// dlpFinding is google.privacy.dlp.v2.Finding. Ranges are int64, which Google's JSON writes as strings; a zero is left out.
type dlpFinding struct {
	InfoType struct {
		Name string `json:"name"`
	} `json:"infoType"`
	Likelihood string `json:"likelihood"`
	Location   struct {
		Bytes      *dlpRange `json:"byteRange"`
		Codepoints *dlpRange `json:"codepointRange"`
	} `json:"location"`
}

type dlpRange struct {
	Start int64 `json:"start,string"`
	End   int64 `json:"end,string"`
}

// bytes is where a finding stands in the piece that was sent.
func (f *dlpFinding) bytes(piece string) (start, end int, ok bool) {
	r := cmp.Or(f.Location.Bytes, f.Location.Codepoints)
	if r == nil {
		return 0, 0, false
	}
	start, end = int(r.Start), int(r.End)
	if start < 0 || end <= start {
		return 0, 0, false
	}
	if f.Location.Bytes == nil {
		start, end = runeAt(piece, start), runeAt(piece, end)
	}
	return start, end, end <= len(piece) && start < end
}

// runeAt is the byte at which the nth code point of a text begins; beyond its end for one too far.
func runeAt(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text) + n
}

// runeStart moves a cut back to where a character begins.
func runeStart(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// sameLength puts a question mark for each byte that is not UTF-8: JSON would put three bytes there, and every place
// after it would be wrong.
func sameLength(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	out := []byte(text)
	for i := 0; i < len(out); {
		r, size := utf8.DecodeRune(out[i:])
		if r == utf8.RuneError && size == 1 {
			out[i] = '?'
		}
		i += size
	}
	return string(out)
}

// inOrder sorts findings and joins those that overlap, under the longer one's name.
func inOrder(found []prompt.Finding) []prompt.Finding {
	slices.SortFunc(found, func(a, b prompt.Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), cmp.Compare(b.Score, a.Score))
	})
	out := found[:0]
	for _, f := range found {
		last := len(out) - 1
		switch {
		case last < 0 || f.Start >= out[last].End:
			out = append(out, f)
		case f.End-f.Start > out[last].End-out[last].Start:
			out[last].End, out[last].Type, out[last].Score = f.End, f.Type, f.Score
		case f.End > out[last].End:
			out[last].End = f.End
		}
	}
	return out
}

func likelihood(name string) float32 {
	switch name {
	case "VERY_LIKELY":
		return 0.95
	case "LIKELY":
		return 0.8
	case "POSSIBLE":
		return 0.6
	case "UNLIKELY":
		return 0.3
	case "VERY_UNLIKELY":
		return 0.1
	}
	return 0.5
}
