package app

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/discovery"
	"github.com/landbridge/landbridge/internal/trust"
	"github.com/landbridge/landbridge/internal/wire"
)

// What package trust says, for those who print it.
type (
	Verdict    = trust.Verdict
	Step       = trust.Step
	CaseResult = trust.CaseResult
)

// Explanation is what "trust explain" has to tell.
type Explanation struct {
	Provider string         `json:"provider"`
	Problems trust.Problems `json:"problems,omitempty"` // of the provider itself; there is no verdict then
	Verdict  *Verdict       `json:"verdict,omitempty"`
	Advice   trust.Problems `json:"advice,omitempty"` // what works and had better be otherwise
}

// ExplainOptions say which token is held against which provider.
type ExplainOptions struct {
	Provider []byte // JSON of the IAM API
	Token    []byte
	JWKS     []byte    // the issuer's keys; fetched by discovery when empty and the provider has none
	At       time.Time // now when zero
	Scope    string    // as the exchange would ask; cloud-platform when empty
}

// Explain holds a token against a provider by Google's rules.
func (a *App) Explain(ctx context.Context, o ExplainOptions) (Explanation, error) {
	var p trust.Provider
	if err := decodeProvider(o.Provider, &p); err != nil {
		return Explanation{}, err
	}
	out := Explanation{Provider: p.Name}
	v, err := trust.Compile(p)
	if problems, ok := errors.AsType[trust.Problems](err); ok {
		out.Problems = problems
		return out, nil
	}
	if err != nil {
		return out, err
	}
	keys, err := a.issuerKeys(o.JWKS, p.OIDC.IssuerURI)
	if err != nil {
		return out, err
	}
	if o.At.IsZero() {
		o.At = a.host.Clock()
	}
	req := v.Request(bridge.NewSecret(strings.TrimSpace(string(o.Token))), o.At, keys)
	if o.Scope != "" {
		req.Scope = o.Scope
	}
	verdict := v.Verify(ctx, req)
	out.Verdict, out.Advice = &verdict, v.Advice()
	return out, nil
}

// ExplainSandbox fills in what the options leave out from a sandbox: its cluster's provider, the pretended pod's token and
// the keys of the cluster.
func (a *App) ExplainSandbox(ctx context.Context, s *Sandbox, o *ExplainOptions) error {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.Profile.CAPEM))
	client := wire.New(wire.Options{NoProxy: true, RootCAs: roots, UserAgent: a.agent()})
	fetch := func(into *[]byte, url string) error {
		if len(*into) > 0 {
			return nil
		}
		resp, err := client.Get(ctx, bridge.HopDoor, url, nil)
		if err != nil {
			return err
		}
		if resp.Status != http.StatusOK {
			return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopDoor, Code: "sandbox_refused", Status: resp.Status, Text: "the sandbox does not show " + url}
		}
		*into = resp.Body
		return nil
	}
	_, id, _ := strings.Cut(s.Profile.Google.Provider, "/workloadIdentityPools/")
	pool, id, _ := strings.Cut(id, "/providers/")
	if err := fetch(&o.Provider, s.Profile.AdminURL+"/pools/"+pool+"/providers/"+id); err != nil {
		return err
	}
	if err := fetch(&o.JWKS, s.Profile.Azure.ClusterIssuer+"openid/v1/jwks"); err != nil {
		return err
	}
	if len(o.Token) > 0 {
		return nil
	}
	token, err := a.host.ReadFile(s.TokenFile)
	if err != nil {
		return unreadable(s.TokenFile, err)
	}
	o.Token = token
	return nil
}

// decodeProvider reads what "gcloud iam workload-identity-pools providers describe --format=json" prints.
func decodeProvider(data []byte, p *trust.Provider) error {
	if err := json.Unmarshal(data, p); err != nil {
		return &bridge.Error{
			Kind: bridge.Usage, Code: "provider_unreadable", Text: "the provider is not a JSON object of the IAM API", Cause: jsonPlace(data, err),
			Hint: "gcloud iam workload-identity-pools providers describe PROVIDER --workload-identity-pool=POOL --location=global --format=json > provider.json",
		}
	}
	return nil
}

func jsonPlace(data []byte, err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		before := data[:min(int(e.Offset), len(data))]
		line := 1 + bytes.Count(before, []byte("\n"))
		return fmt.Errorf("line %d: %w", line, err)
	}
	return err
}

// issuerKeys are the given ones, or those that the issuer publishes.
func (a *App) issuerKeys(jwks []byte, issuer string) (trust.Keys, error) {
	if len(jwks) == 0 {
		client, err := a.client(nil)
		if err != nil {
			return nil, err
		}
		return a.published(client), nil
	}
	set, err := trust.ParseKeys(jwks)
	if err != nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "jwks_unreadable", Text: "the key file is not a JWKS document", Cause: err,
			Hint: "kubectl get --raw /openid/v1/jwks > jwks.json",
		}
	}
	return trust.Published{issuer: set}, nil
}

// published fetches each issuer's keys once: a command lives shorter than a key.
type published struct {
	client    *wire.Client
	pretended string // Host.Issuers
	mu        sync.Mutex
	known     map[string]*trust.KeySet
}

func (a *App) published(client *wire.Client) *published {
	return &published{client: client, pretended: a.host.Issuers, known: map[string]*trust.KeySet{}}
}

// pretended is where an issuer's documents are read: for Entra and Google at the sandbox, where that is meant.
func pretended(sandbox, issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil || sandbox == "" {
		return issuer
	}
	switch u.Host {
	case "login.microsoftonline.com", "sts.windows.net", "accounts.google.com":
		return sandbox + u.Path
	default:
		return issuer
	}
}

// Keys implements trust.Keys.
func (p *published) Keys(ctx context.Context, issuer, _ string) (*trust.KeySet, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if set, ok := p.known[issuer]; ok {
		return set, nil
	}
	set, err := discovery.FetchFrom(ctx, p.client, issuer, pretended(p.pretended, issuer))
	if err == nil {
		p.known[issuer] = set
	}
	return set, err
}

// caseFile is cases.yaml.
type caseFile struct {
	Cases []trust.Case `yaml:"cases"`
}

// RunCases runs a file of federation tests. Files that it names are found from its own folder.
func (a *App) RunCases(ctx context.Context, path string) ([]CaseResult, error) {
	data, err := a.host.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	var file caseFile
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "cases_unreadable", Text: path + " is not a file of cases", Cause: errors.New(strings.TrimSpace(yaml.FormatError(err, false, true))),
			Hint: "docs/trust.md shows one",
		}
	}
	if len(file.Cases) == 0 {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "cases_empty", Text: path + " has no cases", Hint: "docs/trust.md shows a file of cases"}
	}
	for i := range file.Cases {
		if err := a.fill(&file.Cases[i], path); err != nil {
			return nil, err
		}
	}
	keys, err := a.issuerKeys(nil, "")
	if err != nil {
		return nil, err
	}
	return trust.RunCases(ctx, file.Cases, a.host.Clock(), keys), nil
}

// fill reads the files that a case names; they are found from the folder of the case file.
func (a *App) fill(c *trust.Case, base string) error {
	if c.ProviderFile != "" {
		c.Provider = &trust.Provider{}
		data, err := a.readBeside(base, c.ProviderFile)
		if err == nil {
			err = decodeProvider(data, c.Provider)
		}
		if err != nil {
			return err
		}
	}
	if c.TokenFile == "" {
		return nil
	}
	data, err := a.readBeside(base, c.TokenFile)
	c.Token = strings.TrimSpace(string(data))
	return err
}

func (a *App) readBeside(base, name string) ([]byte, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(base), name)
	}
	data, err := a.host.ReadFile(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return data, nil
}

func unreadable(path string, err error) error {
	return &bridge.Error{Kind: bridge.Usage, Code: "file_unreadable", Text: "cannot read " + path, Cause: reason(err), Hint: "check the path and its permissions"}
}
