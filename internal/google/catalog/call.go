package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

// call is one call of one of Google's APIs.
type call struct {
	method   string
	endpoint string
	path     string // with the version, names escaped
	query    url.Values
	body     any // nil is none
	about    service
}

// service is which API is called, in the words of refusals.
type service string

const (
	vertexAI     service = "vertex ai"
	dataLineages service = "data lineage"
	cloudStorage service = "cloud storage"
)

// role is the narrowest of Google's that holds what is asked of the service here.
func (s service) role() string {
	switch s {
	case dataLineages:
		return "roles/datalineage.producer"
	case cloudStorage:
		return "roles/storage.admin"
	}
	return "roles/aiplatform.user"
}

// do makes a call and reads the JSON of its answer; into may be nil.
func (c *Catalog) do(ctx context.Context, r call, into any) error {
	target := r.endpoint + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	var body io.Reader
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return usage("name_refused", "a name that cannot stand in a URL", "check the resource's name")
	}
	lease, err := c.options.Leaser.Lease(ctx, bridge.LeaseRequest{Scopes: []string{google.CloudPlatform}})
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+lease.Token.Reveal())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.options.QuotaProject != "" {
		req.Header.Set("X-Goog-User-Project", c.options.QuotaProject)
	}
	resp, err := c.options.HTTP.Do(ctx, bridge.HopCatalog, req)
	if err != nil {
		return err
	}
	if resp.Status < 200 || resp.Status > 299 {
		refusal := google.Asked{
			Service: string(r.about), Role: r.about.role(), Host: req.URL.Host, Project: c.options.Project, Location: c.options.Location,
			QuotaProject: c.options.QuotaProject, Principal: lease.Principal,
		}.Refusal(resp)
		refusal.Hop = bridge.HopCatalog
		if resp.Status == http.StatusNotFound {
			refusal.Kind = bridge.Usage
		}
		return refusal
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(resp.Body, into); err != nil {
		return unusable(r.endpoint, err)
	}
	return nil
}

// unusable is for an answer that is none.
func unusable(endpoint string, err error) *bridge.Error {
	_, host, _ := strings.Cut(endpoint, "://")
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopCatalog, Code: "answer_unusable", Cause: err,
		Text: host + " answered with something that is not the JSON due", Hint: "check that the endpoint is Google's own and not a proxy's",
	}
}

// refused says whether err is Google's refusal with one of these statuses of HTTP.
func refused(err error, statuses ...int) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code == "answer_not_google" {
		return false
	}
	for _, s := range statuses {
		if e.Status == s {
			return true
		}
	}
	return false
}
