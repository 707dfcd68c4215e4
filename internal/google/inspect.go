package google

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/wire"
)

// InspectOptions say what is allowed in a credential file, which may come from an untrusted party.
type InspectOptions struct {
	// UniverseDomain that is expected; the file's own word does not count.
	UniverseDomain string
	// AllowExecutable lets the file name a program to run.
	AllowExecutable bool
	// AllowLoopback lets the file's URLs go to this machine: a sandbox.
	AllowLoopback bool
}

// Credential is what a credential file that passed says.
type Credential struct {
	Provider       Provider
	TokenType      bridge.TokenType
	Source         CredentialSource
	ServiceAccount string
	Lifetime       time.Duration
	QuotaProject   string
	// STSEndpoint and IAMEndpoint are the base URLs that the file names; the latter only with a service account.
	STSEndpoint, IAMEndpoint string
}

// Inspect judges a Google credential file. A key is refused with the way out of it, and so is a file that would send a
// token to a host that is not Google's, run a program, or have us call an arbitrary address.
func Inspect(data []byte, o InspectOptions) (Credential, error) {
	domain, err := Universe(o.UniverseDomain)
	if err != nil {
		return Credential{}, err
	}
	var f credentialJSON
	if len(data) > 64<<10 || json.Unmarshal(data, &f) != nil {
		return Credential{}, usage("credential_unreadable", "the credential file is not a JSON object of google's", "write one: landbridge credentials write")
	}
	if err := f.checkType(); err != nil {
		return Credential{}, err
	}
	for _, u := range []struct{ key, value, service string }{
		{"token_url", f.TokenURL, stsService},
		{"token_info_url", f.TokenInfoURL, stsService},
		{"service_account_impersonation_url", f.ImpersonationURL, iamService},
	} {
		if u.value == "" && u.key != "token_url" || o.AllowLoopback && loopback(u.value) {
			continue
		}
		if err := checkGoogleURL(u.value, u.service, domain); err != nil {
			return Credential{}, usage("credential_url_refused", "the credential file's "+u.key+" "+err.Error(),
				"whoever answers there would get the workload's token: use a file that gcloud or landbridge credentials write made")
		}
	}
	if f.UniverseDomain != "" && f.UniverseDomain != domain {
		return Credential{}, usage("universe_domain_mismatch", fmt.Sprintf("the credential file is for universe %q, not %q", clean(f.UniverseDomain), domain), "set the universe domain in the configuration")
	}
	c := Credential{TokenType: bridge.TokenType(f.SubjectTokenType), QuotaProject: f.QuotaProject}
	if c.STSEndpoint, err = f.stsEndpoint(); err != nil {
		return Credential{}, err
	}
	if c.TokenType != bridge.JWT && c.TokenType != bridge.IDToken {
		return Credential{}, usage("credential_token_type", fmt.Sprintf("the credential file's subject_token_type %q is not that of an OIDC token", short(f.SubjectTokenType)), "use "+string(bridge.JWT))
	}
	if c.Provider, err = ParseProvider(f.Audience); err != nil {
		return Credential{}, err
	}
	if c.IAMEndpoint, c.ServiceAccount, err = f.serviceAccount(); err != nil {
		return Credential{}, err
	}
	if f.Impersonation != nil {
		c.Lifetime = time.Duration(f.Impersonation.Lifetime) * time.Second
	}
	if f.Source == nil {
		return Credential{}, usage("credential_source_invalid", "the credential file has no credential_source", "write one: landbridge credentials write")
	}
	c.Source = *f.Source
	return c, c.Source.judge(o)
}

func (f credentialJSON) checkType() error {
	switch f.Type {
	case "external_account":
		if f.ClientSecret != "" {
			return usage("secret_refused", "the credential file has a client_secret, which is a long-lived secret", "workload identity federation needs none: write the file anew with landbridge credentials write")
		}
		return nil
	case "service_account":
		return usage("service_account_key_refused", "the credential file is a service-account key, which is a long-lived secret",
			"let a workload identity take its place: landbridge credentials write, then delete the key: gcloud iam service-accounts keys delete KEY_ID --iam-account=NAME@PROJECT.iam.gserviceaccount.com")
	case "authorized_user", "external_account_authorized_user":
		return usage("secret_refused", fmt.Sprintf("the credential file is of type %q, a person's refresh token, which is a long-lived secret", f.Type),
			"write one for the workload: landbridge credentials write")
	case "":
		return usage("credential_type_unknown", "the credential file has no type", knownTypes)
	}
	return usage("credential_type_unknown", fmt.Sprintf("the credential file is of type %q, which is not one that landbridge takes", short(f.Type)), knownTypes)
}

const knownTypes = "landbridge takes external_account; it refuses service_account, authorized_user and external_account_authorized_user; it does not know impersonated_service_account and gdch_service_account"

func (f credentialJSON) stsEndpoint() (string, error) {
	base, ok := strings.CutSuffix(f.TokenURL, "/v1/token")
	if !ok {
		return "", usage("credential_url_refused", "the credential file's token_url does not end in /v1/token", "write the file anew: landbridge credentials write")
	}
	return base, nil
}

func (f credentialJSON) serviceAccount() (base, account string, err error) {
	if f.ImpersonationURL == "" {
		return "", "", nil
	}
	base, rest, found := strings.Cut(f.ImpersonationURL, "/v1/projects/-/serviceAccounts/")
	account, ok := strings.CutSuffix(rest, ":generateAccessToken")
	if !found || !ok || account == "" || strings.ContainsAny(account, "/:?#%") {
		return "", "", usage("credential_url_refused", "the credential file's service_account_impersonation_url does not name a service account's generateAccessToken", "write the file anew: landbridge credentials write")
	}
	return base, account, nil
}

// judge is about a source that somebody else wrote down.
func (s CredentialSource) judge(o InspectOptions) error {
	switch {
	case s.EnvironmentID != "":
		return usage("credential_source_unsupported", fmt.Sprintf("the credential file's source is %q, which is not on azure", short(s.EnvironmentID)), "use a file, a URL of the instance metadata service, or an executable")
	case s.Certificate != nil:
		return usage("credential_source_unsupported", "the credential file's source is a certificate, which is a long-lived secret", "use a projected token or a managed identity")
	}
	if err := s.check(); err != nil {
		return err
	}
	if s.URL != "" {
		u, err := url.Parse(s.URL)
		if err != nil || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || !wire.PlainHost(u.Hostname()) {
			return usage("credential_url_refused", "the credential file's credential_source.url goes to "+hostOf(u)+", which is not a metadata address",
				"use the instance metadata service (169.254.169.254), a file, or an executable")
		}
	}
	if s.Executable != nil && !o.AllowExecutable {
		return usage("executable_refused", fmt.Sprintf("the credential file wants to run %q", clean(s.Executable.Command)), "a file that runs programs must be allowed explicitly; set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 if you trust it")
	}
	return nil
}

func hostOf(u *url.URL) string {
	if u == nil || u.Host == "" {
		return "nowhere"
	}
	return u.Hostname()
}

func loopback(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.User == nil && (u.Scheme == "http" || u.Scheme == "https") && wire.PlainHost(u.Hostname()) && u.Hostname() != "metadata.google.internal"
}
