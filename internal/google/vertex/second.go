package vertex

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// SecondOptions configure a second opinion: ModelArmor or DLP. Wire is needed.
type SecondOptions struct {
	Wire *wire.Client
	// Timeout of one question; that of Wire when zero.
	Timeout time.Duration
	// Endpoint replaces Google's own host: https, or http on loopback.
	Endpoint string
	// UniverseDomain of the hosts; googleapis.com when empty.
	UniverseDomain string
	// QuotaProject is billed and its quota used; the project of the question when empty.
	QuotaProject string
}

// second asks one service beside Vertex AI. It makes one attempt: a second opinion that must be waited for is a limit on
// every prompt, so its caller decides what silence means.
type second struct {
	o     SecondOptions
	asked google.Asked // all but the principal
	url   string       // without the method
}

var parentForm = bridge.FormOf(`^projects/([a-z0-9][a-z0-9.:-]{0,62})/locations/([a-z]+(?:-[a-z]+[0-9]+)?)(?:/templates/[A-Za-z0-9_-]{1,63})?$`)

// newSecond checks what is asked (projects/P/locations/L, for Model Armor with /templates/T) and where. host gives Google's
// own, by location and universe.
func newSecond(o SecondOptions, asked google.Asked, version, resource string, host func(location, universe string) string) (*second, error) {
	if o.Wire == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopVertex, Code: "vertex_incomplete", Text: asked.Service + " needs a wire client"}
	}
	m := parentForm().FindStringSubmatch(resource)
	if m == nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopVertex, Code: "resource_invalid", Text: fmt.Sprintf("%q is not a resource of %s", resource, asked.Service), Hint: "write projects/PROJECT/locations/LOCATION, and /templates/TEMPLATE for model armor"}
	}
	universe, err := google.Universe(o.UniverseDomain)
	if err != nil {
		return nil, err
	}
	base, err := google.Endpoint(asked.Service, o.Endpoint, host(m[2], universe))
	if err != nil {
		return nil, err
	}
	where, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	asked.Host, asked.Project, asked.Location, asked.QuotaProject = where.Host, m[1], m[2], o.QuotaProject
	return &second{o, asked, base + "/" + version + "/" + resource}, nil
}

// ask posts a question; into is what the answer is read into.
func (s *second) ask(ctx context.Context, lease bridge.Lease, method string, question, into any) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // a prompt of Markdown and code would grow sixfold
	if err := encoder.Encode(question); err != nil {
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopVertex, Code: "encode", Text: "the question to " + s.asked.Service + " is not JSON"}
	}
	if s.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.o.Timeout)
		defer cancel()
	}
	header := http.Header{"Authorization": {"Bearer " + lease.Token.Reveal()}, "Accept": {"application/json"}}
	if s.o.QuotaProject != "" {
		header.Set("X-Goog-User-Project", s.o.QuotaProject)
	}
	resp, err := s.o.Wire.PostJSON(ctx, bridge.HopVertex, s.url+method, header, body.Bytes())
	if err != nil {
		return err
	}
	if resp.Status != http.StatusOK {
		asked := s.asked
		asked.Principal = lease.Principal
		return asked.Refusal(resp)
	}
	if json.Unmarshal(resp.Body, into) != nil {
		return s.unusable("something that is not its JSON")
	}
	return nil
}

func (s *second) unusable(what string) error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopVertex, Code: "answer_unusable", Status: http.StatusOK,
		Text: s.asked.Host + " answered for " + s.asked.Service + " with " + what, Hint: "check HTTPS_PROXY and the endpoint in the configuration",
	}
}
