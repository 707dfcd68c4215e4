package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// helperTimeout is what an SDK allows the credential helper: an assertion takes far less, unless a platform is starting.
const helperTimeoutMillis = 30000

// CredentialFileOptions say what only the caller knows about a credential file.
type CredentialFileOptions struct {
	// Program is the absolute path of this program, for sources that need the helper.
	Program string
	// ConfigPath is the configuration that the helper is to read; empty for none.
	ConfigPath string
}

// CredentialFile is the external_account JSON of a configuration. It holds no secret: where the assertion is, and who
// exchanges it.
func (a *App) CredentialFile(cfg *config.Config, o CredentialFileOptions) ([]byte, error) {
	c, err := a.open(&config.Config{ToGoogle: cfg.ToGoogle, TLS: cfg.TLS}, "credentials") // nothing is handed out: no record
	if err != nil {
		return nil, err
	}
	defer c.close()
	if _, err := c.way(bridge.Google); err != nil {
		return nil, err
	}
	g := cfg.ToGoogle
	if len(g.Delegates) > 0 {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "delegates_in_file", Text: "an external_account file cannot name delegates",
			Hint: "use landbridge exec or the metadata server, which can; or let the workload impersonate " + g.ServiceAccount + " itself",
		}
	}
	source, err := credentialSource(g.Source, c.toGoogle.Source, c.toGoogle.TokenFile, o)
	if err != nil {
		return nil, err
	}
	a.tell(c.toGoogle.Describe()[0])
	file := google.CredentialFile{
		Provider: g.Provider, Source: source, ServiceAccount: g.ServiceAccount, Region: g.STSLocation, UniverseDomain: g.UniverseDomain,
		QuotaProject: g.QuotaProject, STSEndpoint: g.Endpoints.STS, IAMEndpoint: g.Endpoints.IAMCredentials,
	}
	if g.ServiceAccount != "" && g.Lifetime != google.DefaultLifetime {
		file.Lifetime = g.Lifetime
	}
	return file.JSON()
}

// credentialSource is how an SDK can get the assertion by itself: a file as it is, a virtual machine's fixed URL, and our
// helper for all that has changing headers, a challenge or an exchange of its own.
func credentialSource(s config.GoogleSource, kind, file string, o CredentialFileOptions) (google.CredentialSource, error) {
	if file != "" {
		path, err := filepath.Abs(file)
		if err != nil {
			return google.CredentialSource{}, unreadable(file, err)
		}
		out := google.CredentialSource{File: path}
		if kind == string(azure.File) && s.Format == string(tokenfile.JSON) {
			out.Format = &google.SourceFormat{Type: "json", Field: s.Field}
		}
		return out, nil
	}
	if kind == string(azure.IMDS) && s.Endpoint == "" && s.ClientID == "" && s.ObjectID == "" && s.ResourceID == "" {
		return google.IMDSSource(s.Resource), nil
	}
	if strings.ContainsAny(o.Program+o.ConfigPath, " \t\"'\\") {
		return google.CredentialSource{}, &bridge.Error{
			Kind: bridge.Usage, Code: "helper_path_blank", Text: fmt.Sprintf("the credential helper cannot be named: %q has blanks or quotes, which each SDK splits in its own way", o.Program+" "+o.ConfigPath),
			Hint: "put landbridge and its configuration into folders without blanks",
		}
	}
	command := o.Program + " credentials helper"
	if o.ConfigPath != "" {
		command += " --config " + o.ConfigPath
	}
	return google.CredentialSource{Executable: &google.Executable{Command: command, TimeoutMillis: helperTimeoutMillis}}, nil
}

// Helper answers an SDK that runs the credential helper (the executable contract of AIP-4117): an assertion, or why there
// is none. The answer is whole either way; an error means that the contract itself could not be kept.
func (a *App) Helper(ctx context.Context, cfg *config.Config) ([]byte, error) {
	assertion, err := a.assertion(ctx, cfg)
	if err != nil {
		return google.ExecutableFailure(err), nil
	}
	return google.ExecutableSuccess(assertion)
}

// HelperRefusal is the helper's answer when there is not even a configuration.
func HelperRefusal(err error) []byte { return google.ExecutableFailure(err) }

func (a *App) assertion(ctx context.Context, cfg *config.Config) (bridge.Assertion, error) {
	c, err := a.open(cfg, "credentials")
	if err != nil {
		return bridge.Assertion{}, err
	}
	defer c.close()
	if _, err := c.way(bridge.Google); err != nil {
		return bridge.Assertion{}, err
	}
	if err := a.checkAudience(c); err != nil {
		return bridge.Assertion{}, err
	}
	got, err := c.toGoogle.Assertion(ctx)
	r := bridge.Record{Time: a.host.Clock(), Event: bridge.EventCrossing, Door: "credentials", Issuer: got.Issuer, Subject: got.Subject, Audience: strings.Join(got.Audience, " "), Token: got.Token.Name(), Expiry: got.Expiry}
	if err != nil {
		r.Event, r.Reason = bridge.EventRefusal, err.Error()
	}
	if recordErr := c.recorder().Record(ctx, r); recordErr != nil && err == nil {
		return bridge.Assertion{}, recordErr
	}
	return got, err
}

// checkAudience holds what the SDK is about to exchange with against the configuration: a credential file that was made
// for another provider must not get this workload's assertion.
func (a *App) checkAudience(c *crossing) error {
	asked := a.host.Env("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE")
	if asked == "" || asked == c.toGoogle.Provider.Name() {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "audience_mismatch", Text: fmt.Sprintf("the credential file is for %q, the configuration for %q", asked, c.toGoogle.Provider.Name()),
		Hint: "write the credential file anew: landbridge credentials write",
	}
}

// CheckedCredentials is what a credential file that passed says.
type CheckedCredentials struct {
	Provider       string `json:"provider"`
	ServiceAccount string `json:"service_account,omitempty"`
	Source         string `json:"source"` // file, address or program
}

// CheckOptions say what is allowed in a credential file besides what always is.
type CheckOptions struct {
	Executable bool // it may name a program to run
	Sandbox    bool // its addresses may be on this machine
}

// CheckCredentials judges a credential file that somebody else wrote.
func (a *App) CheckCredentials(path string, o CheckOptions) (CheckedCredentials, error) {
	data, err := a.host.ReadFile(path)
	if err != nil {
		return CheckedCredentials{}, unreadable(path, err)
	}
	c, err := google.Inspect(data, google.InspectOptions{AllowExecutable: o.Executable, AllowLoopback: o.Sandbox})
	if err != nil {
		return CheckedCredentials{}, err
	}
	source := "file " + c.Source.File
	switch {
	case c.Source.Executable != nil:
		source = "program " + c.Source.Executable.Command
	case c.Source.URL != "":
		source = "address " + c.Source.URL
	}
	return CheckedCredentials{Provider: c.Provider.Path(), ServiceAccount: c.ServiceAccount, Source: source}, nil
}
