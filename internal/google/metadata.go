package google

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
)

// MetadataOptions configure a MetadataIdentity. Wire and Clock are needed.
type MetadataOptions struct {
	// Wire goes round proxies: wire.Options.NoProxy.
	Wire  *wire.Client
	Clock bridge.Clock
	// Host of the metadata server, HOST or HOST:PORT, as in GCE_METADATA_HOST; metadata.google.internal when empty.
	Host string
	// Account is "default" when empty.
	Account string
	// Reason says why this source was chosen, for Describe.
	Reason string
}

// MetadataIdentity proves who a workload on Google is: the identity token of its service account, from the metadata
// server of a VM, GKE, Cloud Run or a Vertex job. It implements bridge.Source.
type MetadataIdentity struct{ o MetadataOptions }

// NewMetadataIdentity returns a source; it calls nobody.
func NewMetadataIdentity(o MetadataOptions) (*MetadataIdentity, error) {
	if o.Wire == nil || o.Clock == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopHome, Code: "source_incomplete", Text: "a metadata source needs a wire client and a clock"}
	}
	if o.Host == "" {
		o.Host = "metadata.google.internal"
	}
	if o.Account == "" {
		o.Account = "default"
	}
	if u, err := url.Parse("http://" + o.Host + "/"); err != nil || u.Host != o.Host || !wire.PlainHost(u.Hostname()) {
		return nil, usage("metadata_host_refused", fmt.Sprintf("metadata host %q is neither google's nor link-local nor loopback", o.Host), "unset GCE_METADATA_HOST, or point it at a link-local or loopback address")
	}
	return &MetadataIdentity{o}, nil
}

// Describe implements bridge.Describer.
func (m *MetadataIdentity) Describe() string {
	s := "google metadata server at " + m.o.Host
	if m.o.Reason != "" {
		s += " (" + m.o.Reason + ")"
	}
	return s
}

// Assertion implements bridge.Source. The metadata server keeps a token for up to an hour and offers no way round that:
// Fresh asks it again, which is all one can do.
func (m *MetadataIdentity) Assertion(ctx context.Context, req bridge.AssertionRequest) (bridge.Assertion, error) {
	if req.Audience == "" {
		return bridge.Assertion{}, usage("audience_missing", "the metadata server needs an audience for an identity token", "name the audience, such as api://AzureADTokenExchange")
	}
	start := m.o.Clock()
	resp, err := m.o.Wire.Get(ctx, bridge.HopHome,
		"http://"+m.o.Host+"/computeMetadata/v1/instance/service-accounts/"+url.PathEscape(m.o.Account)+"/identity?audience="+url.QueryEscape(req.Audience)+"&format=full",
		http.Header{"Metadata-Flavor": {"Google"}})
	if err != nil {
		return bridge.Assertion{}, err
	}
	if err := m.check(resp); err != nil {
		return bridge.Assertion{}, err
	}
	a, err := tokenfile.Peek(bridge.NewSecret(strings.TrimSpace(string(resp.Body))))
	if err != nil {
		return bridge.Assertion{}, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopHome, Code: "answer_unusable", Status: resp.Status,
			Text: "the metadata server at " + m.o.Host + " answered with something that is not an identity token", Cause: err,
		}
	}
	end := m.o.Clock().Round(0)
	if !a.Expiry.IsZero() && !end.Before(a.Expiry) {
		return bridge.Assertion{}, &bridge.Error{
			Kind: bridge.Denied, Hop: bridge.HopHome, Code: "token_expired",
			Text: "the metadata server at " + m.o.Host + " handed out an expired identity token", Hint: "check the clock: timedatectl",
		}
	}
	a.Type = bridge.JWT
	a.Trace = []bridge.Step{{
		Hop: bridge.HopHome, Who: a.Subject, What: "identity token from the metadata server for " + req.Audience,
		Expiry: a.Expiry, Took: end.Sub(start.Round(0)),
	}}
	return a, nil
}

// check tells Google's metadata server from whoever else answers at a link-local address.
func (m *MetadataIdentity) check(resp *wire.Response) error {
	e := &bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopHome, Status: resp.Status, Retry: wire.RetryStatus(resp.Status), RetryAfter: resp.RetryAfter()}
	switch {
	case resp.Header.Get("Metadata-Flavor") != "Google":
		e.Code, e.Retry = "not_google_metadata", false
		e.Text = m.o.Host + " answered without Metadata-Flavor: Google, so it is not google's metadata server"
		e.Hint = "this does not run on google cloud: name another source"
	case resp.Status == http.StatusOK:
		return nil
	case resp.Status == http.StatusNotFound:
		e.Kind, e.Code = bridge.Denied, "no_service_account"
		e.Text = fmt.Sprintf("the metadata server has no identity for service account %q", m.o.Account)
		e.Hint = "attach a service account: gcloud compute instances set-service-account INSTANCE --service-account=NAME@PROJECT.iam.gserviceaccount.com"
	default:
		e.Code = "metadata_refused"
		e.Text = fmt.Sprintf("the metadata server at %s answered %d", m.o.Host, resp.Status)
		if !e.Retry {
			e.Kind = bridge.Denied
		}
	}
	return e
}
