package googleguard

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

var dlpForm = bridge.FormOf(`^/v2/projects/([^/]+)/(?:locations/([^/]+)/)?content:inspect$`)

const (
	dlpMost     = 512 << 10 // of a request
	findingMost = 3000
)

// serveDLP is content:inspect of a text.
func (g *guard) serveDLP(rw http.ResponseWriter, r *http.Request) {
	m := dlpForm().FindStringSubmatch(r.URL.Path)
	if m == nil || r.Method != http.MethodPost {
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	}
	c := googleapi.Call{API: "dlp.googleapis.com", Title: "Sensitive Data Protection (DLP)", Method: "google.privacy.dlp.v2.DlpService.InspectContent", Project: m[1]}
	p := g.admit(r, c, "serviceusage.services.use", "projects/"+m[1])
	var out any
	if p == nil {
		out, p = g.inspect(r)
	}
	googleapi.Answer(rw, out, p)
}

func (g *guard) inspect(r *http.Request) (any, *problem) {
	if r.ContentLength > dlpMost {
		return nil, googleapi.Invalid(fmt.Sprintf("Request payload size exceeds the limit: %d bytes.", dlpMost))
	}
	var req struct {
		Item *struct {
			Value    *string
			Table    any
			ByteItem any
		}
		InspectConfig struct {
			InfoTypes     []struct{ Name string }
			MinLikelihood string
			IncludeQuote  bool
			Limits        struct{ MaxFindingsPerRequest int }
		}
	}
	if p := g.google.Read(r, "InspectContentRequest", &req); p != nil {
		return nil, p
	}
	switch {
	case req.Item == nil:
		return nil, googleapi.Invalid("Must specify item to inspect.")
	case req.Item.Value == nil:
		return nil, googleapi.Unknown(r)
	}
	var types []string
	for _, t := range req.InspectConfig.InfoTypes {
		if !slices.ContainsFunc(detectors(), func(d detector) bool { return d.name == t.Name }) && !alsoKnown(t.Name) {
			return nil, googleapi.Invalid("Invalid built-in info type name \"" + t.Name + "\".")
		}
		types = append(types, t.Name)
	}
	found := find(*req.Item.Value, types, req.InspectConfig.MinLikelihood)
	most := findingMost
	if n := req.InspectConfig.Limits.MaxFindingsPerRequest; n > 0 {
		most = min(most, n)
	}
	result := map[string]any{}
	if len(found) > most {
		found = found[:most]
		result["findingsTruncated"] = true
	}
	now := g.world.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	var list []any
	for _, f := range found {
		one := map[string]any{"infoType": map[string]any{"name": f.name}, "likelihood": f.likelihood, "location": f.location(), "createTime": now}
		if req.InspectConfig.IncludeQuote {
			one["quote"] = f.quote
		}
		list = append(list, one)
	}
	if list != nil {
		result["findings"] = list
	}
	return map[string]any{"result": result}, nil
}

// alsoKnown are info types that Google has and that are never found here.
func alsoKnown(name string) bool {
	return strings.ToUpper(name) == name && !strings.ContainsAny(name, " -.")
}
