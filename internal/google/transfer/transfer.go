// Package transfer hands a copy over to Google's Storage Transfer Service: from an Azure container into a bucket, with a federated
// identity and no secret.
//
// An order enters; names of a job and its operation leave, and later how far it is. It must never let the service delete anything,
// give it a key, or call its copy proven: whoever ordered it verifies. It makes one attempt and never waits.
package transfer

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"google.golang.org/api/option"
	"google.golang.org/api/storagetransfer/v1"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// Scope is the one that Storage Transfer Service takes.
const Scope = "https://www.googleapis.com/auth/cloud-platform"

const api = "storagetransfer.googleapis.com"

// Options configure New. HTTP, Leaser and Project are required.
type Options struct {
	HTTP   *wire.Client
	Leaser bridge.Leaser
	// Project that the jobs are in, an id.
	Project string
	// Endpoint is https://storagetransfer.googleapis.com when empty, or a loopback address.
	Endpoint string
	// QuotaProject pays for the calls, where the caller's own does not.
	QuotaProject string
}

// Client orders transfers. It is safe for use from many goroutines.
type Client struct {
	project string
	service *storagetransfer.Service
}

// New checks the options. It makes no call.
func New(ctx context.Context, o Options) (*Client, error) {
	if o.HTTP == nil || o.Leaser == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopTransfer, Code: "incomplete", Text: "calls of Storage Transfer Service need an HTTP client and a leaser"}
	}
	if o.Project == "" {
		return nil, refused("project_missing", "transfers need a Google Cloud project", "set backup.project")
	}
	endpoint, err := google.Endpoint("Storage Transfer Service", o.Endpoint, api)
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Transport:     &transport{options: o},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	service, err := storagetransfer.NewService(ctx, option.WithHTTPClient(client), option.WithEndpoint(endpoint+"/"))
	if err != nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopTransfer, Code: "incomplete", Text: "the client of Storage Transfer Service cannot be made", Cause: err}
	}
	return &Client{project: o.Project, service: service}, nil
}

// transport is the SDK's way to our HTTP client, with a lease on every call.
type transport struct{ options Options }

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	lease, err := t.options.Leaser.Lease(req.Context(), bridge.LeaseRequest{Scopes: []string{Scope}})
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+lease.Token.Reveal())
	if t.options.QuotaProject != "" {
		req.Header.Set("X-Goog-User-Project", t.options.QuotaProject)
	}
	resp, err := t.options.HTTP.Do(req.Context(), bridge.HopTransfer, req)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(resp.Status), StatusCode: resp.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: resp.Header, Body: io.NopCloser(bytes.NewReader(resp.Body)), ContentLength: int64(len(resp.Body)), Request: req,
	}, nil
}

func refused(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopTransfer, Code: code, Text: text, Hint: hint}
}
