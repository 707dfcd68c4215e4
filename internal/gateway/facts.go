package gateway

import (
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/splice"
)

// facts are what policy wants to know of a request's body, and what the guard must know before it reads the texts.
type facts struct {
	tools, builtIns, media []string
	cached, stream         bool
	models                 []string // that the body names
	maxOutput, answers     int
	labels                 map[string]string
	roles                  map[int]string // of turns, by their place, where they are not the user's
	schema                 []byte
	plain                  map[string]bool // media whose data are text, by where they stand
}

// factReader reads facts. It changes nothing.
type factReader struct {
	*facts
	trail
	free bool // the body is of no known form
	is   field
	err  error
	// untyped counts media; what has a type is then taken off.
	untyped int
}

// readFacts takes a body in, once, and checks that it is JSON of the shape's form.
func readFacts(f *facts, s *shape, body []byte) error {
	r := &factReader{facts: f, trail: trail{root: s.request()}, free: s.guess}
	if err := splice.Walk(body, r); err != nil {
		return err
	}
	if r.untyped > len(f.media) {
		f.media = append(f.media, "") // some has no type
	}
	return r.err
}

// Visit implements splice.Reader.
func (r *factReader) Visit(at *splice.Path, kind byte) splice.Action {
	is, more, form := r.find(at)
	switch {
	case at.Depth() == 1 && (at.Last() == "httpBody" || at.Last() == "http_body"):
		r.err = oddRequest("body_form", "a body inside of httpBody is none that the gateway reads", "send the model's own JSON as the body of the request")
		return splice.Skip
	case form == splice.Array && kind != form && kind != splice.Null:
		r.err = oddRequest("body_form", "a member of the request that is a list is none here", "write "+at.Last()+" as a JSON array")
		return splice.Skip
	case form == splice.Object && kind != form && kind != splice.Null && !r.free && at.Depth() == 0:
		r.err = oddRequest("body_form", "the request body is no JSON object", "")
		return splice.Skip
	case form == splice.Object && kind != form && kind != splice.Null && !r.free:
		r.err = oddRequest("body_form", "a member of the request that is an object is none here", "")
		return splice.Skip
	case is == builtInTool:
		r.builtIns = append(r.builtIns, at.Last())
		return splice.Skip
	case is == mediaBody:
		r.untyped++
		return splice.Skip
	case is == schemaText || is >= roleName && is != safety && (kind == splice.String || kind == splice.Number || kind == splice.True):
		r.is = is
		return splice.Read
	}
	if more && (kind == splice.Object || kind == splice.Array) {
		return splice.Into
	}
	return splice.Skip
}

// Text implements splice.Reader.
func (r *factReader) Text(at *splice.Path, raw []byte) error {
	if r.is == roleName {
		if string(raw) != "user" && isTurn(at) {
			if r.roles == nil {
				r.roles = map[int]string{}
			}
			r.roles[at.Index(1)] = string(raw)
		}
		return nil
	}
	text := string(raw)
	switch r.is {
	case functionName:
		r.tools = append(r.tools, text)
	case toolType:
		if text != "function" && text != "custom" {
			r.builtIns = append(r.builtIns, text)
		}
	case mediaType:
		r.media = append(r.media, text)
		if isTextual(text) {
			r.asText(around(at))
		}
	case sourceKind:
		if text == "text" {
			r.asText(around(at))
		}
	case mediaURL:
		kind := mediaOf(text)
		r.media = append(r.media, kind)
		if isTextual(kind) {
			r.asText(at.String())
		}
	case cachedName:
		r.cached = r.cached || text != ""
	case modelName:
		r.models = append(r.models, text)
	case label:
		if r.labels == nil {
			r.labels = map[string]string{}
		}
		r.labels[at.Last()] = text
	case maxOutput:
		return r.number(text, &r.maxOutput)
	case answersWanted:
		return r.number(text, &r.answers)
	}
	return nil
}

// asText keeps that the media at a path have text for data.
func (r *factReader) asText(at string) {
	if r.plain == nil {
		r.plain = map[string]bool{}
	}
	r.plain[at] = true
}

// around is the path of what a member is of.
func around(at *splice.Path) string {
	return strings.TrimSuffix(at.String(), "."+at.Last())
}

// Raw implements splice.Reader.
func (r *factReader) Raw(_ *splice.Path, raw []byte) error {
	switch r.is {
	case streamFlag:
		r.stream = string(raw) == "true"
	case maxOutput:
		return r.number(string(raw), &r.maxOutput)
	case answersWanted:
		return r.number(string(raw), &r.answers)
	case schemaText:
		r.schema = raw
	}
	return nil
}

// number reads how long, or how many, answers may be. Protocol buffers' JSON takes 1.0, 1e3 and "100" for whole numbers too.
func (*factReader) number(text string, most *int) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != math.Trunc(n) || n < 0 || n > math.MaxInt32 {
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "body_form", Status: http.StatusBadRequest, Text: "the limit of output tokens, or the number of answers, is no whole number"}
	}
	*most = max(*most, int(n))
	return nil
}

// mediaOf is the MIME type in a data URL; "" for any other address.
func mediaOf(url string) string {
	rest, ok := strings.CutPrefix(url, "data:")
	if !ok {
		return ""
	}
	kind, _, _ := strings.Cut(rest, ",")
	kind, _, _ = strings.Cut(kind, ";")
	return kind
}
