package google

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// CredentialFile says what stands in an external_account file (AIP-4117): what every Google SDK reads from
// GOOGLE_APPLICATION_CREDENTIALS. There is no secret in it.
type CredentialFile struct {
	Provider         string
	SubjectTokenType bridge.TokenType // bridge.JWT when empty
	Source           CredentialSource
	ServiceAccount   string        // empty for direct access
	Lifetime         time.Duration // of a service-account token; Google's default when zero
	Region           string        // of the STS endpoint
	UniverseDomain   string
	QuotaProject     string
	// STSEndpoint and IAMEndpoint replace Google's base URLs: https, or http on loopback (a sandbox).
	STSEndpoint, IAMEndpoint string
}

// CredentialSource is where the SDK gets the assertion. Exactly one of File, URL and Executable is set.
type CredentialSource struct {
	File       string            `json:"file,omitempty"`
	URL        string            `json:"url,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"` // of a URL
	Executable *Executable       `json:"executable,omitempty"`
	Format     *SourceFormat     `json:"format,omitempty"` // text when nil

	Certificate   json.RawMessage `json:"certificate,omitempty"`    // read only: not a source of ours
	EnvironmentID string          `json:"environment_id,omitempty"` // read only: AWS
}

// SourceFormat is how the assertion stands in a file or an answer.
type SourceFormat struct {
	Type  string `json:"type"` // text or json
	Field string `json:"subject_token_field_name,omitempty"`
}

// Executable is a program that prints the assertion, such as "landbridge credentials helper".
type Executable struct {
	Command       string `json:"command"`
	TimeoutMillis int    `json:"timeout_millis"`
	OutputFile    string `json:"output_file,omitempty"`
}

// IMDSSource has the SDK ask the managed identity of an Azure VM. It needs nothing else of Azure, but works on no other
// host: the URL and its headers are fixed.
func IMDSSource(appIDURI string) CredentialSource {
	return CredentialSource{
		URL:     "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + appIDURI,
		Headers: map[string]string{"Metadata": "True"},
		Format:  &SourceFormat{Type: "json", Field: "access_token"},
	}
}

// credentialJSON has gcloud's keys in gcloud's order.
type credentialJSON struct {
	UniverseDomain   string            `json:"universe_domain,omitempty"`
	Type             string            `json:"type"`
	Audience         string            `json:"audience,omitempty"`
	SubjectTokenType string            `json:"subject_token_type,omitempty"`
	TokenURL         string            `json:"token_url,omitempty"`
	Source           *CredentialSource `json:"credential_source,omitempty"`
	ImpersonationURL string            `json:"service_account_impersonation_url,omitempty"`
	Impersonation    *struct {
		Lifetime int `json:"token_lifetime_seconds"`
	} `json:"service_account_impersonation,omitempty"`
	TokenInfoURL string `json:"token_info_url,omitempty"`
	QuotaProject string `json:"quota_project_id,omitempty"`

	ClientSecret string `json:"client_secret,omitempty"` // read only: refused
}

// JSON is the file's content, byte for byte what "gcloud iam workload-identity-pools create-cred-config" writes.
func (c CredentialFile) JSON() ([]byte, error) {
	p, err := ParseProvider(c.Provider)
	if err != nil {
		return nil, err
	}
	if err := c.Source.check(); err != nil {
		return nil, err
	}
	if err := checkImpersonation(ExchangeOptions{ServiceAccount: c.ServiceAccount, Lifetime: c.Lifetime, AllowLongLifetime: true}); err != nil {
		return nil, err
	}
	out := credentialJSON{
		Type: "external_account", Audience: p.Name(), SubjectTokenType: string(c.SubjectTokenType),
		Source: &c.Source, QuotaProject: c.QuotaProject,
	}
	if out.UniverseDomain, err = Universe(c.UniverseDomain); err != nil {
		return nil, err
	}
	if out.SubjectTokenType == "" {
		out.SubjectTokenType = string(bridge.JWT)
	}
	if c.Region != "" && !regionForm().MatchString(c.Region) {
		return nil, usage("region_invalid", fmt.Sprintf("sts region %q is not a region", c.Region), "use a region such as europe-west4")
	}
	if c.Region != "" && c.STSEndpoint != "" {
		return nil, usage("endpoint_ambiguous", "both a region and an endpoint of sts are named", "keep one of the two")
	}
	sts, err := Endpoint("sts", c.STSEndpoint, stsHost(c.Region, out.UniverseDomain))
	if err != nil {
		return nil, err
	}
	out.TokenURL = sts + "/v1/token"
	if c.ServiceAccount == "" {
		out.TokenInfoURL = sts + "/v1/introspect"
	} else {
		iam, err := Endpoint("iamcredentials", c.IAMEndpoint, iamService+"."+out.UniverseDomain)
		if err != nil {
			return nil, err
		}
		out.ImpersonationURL = iam + "/v1/projects/-/serviceAccounts/" + c.ServiceAccount + ":generateAccessToken"
	}
	if c.Lifetime != 0 {
		out.Impersonation = &struct {
			Lifetime int `json:"token_lifetime_seconds"`
		}{seconds(c.Lifetime)}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil { //nolint:gosec // the field that looks like a secret is read, to be refused, and never set
		return nil, &bridge.Error{Kind: bridge.Fault, Code: "encode", Text: "cannot encode the credential file", Cause: err}
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (s CredentialSource) check() error {
	n := 0
	for _, set := range []bool{s.File != "", s.URL != "", s.Executable != nil} {
		if set {
			n++
		}
	}
	switch {
	case n != 1 || s.Certificate != nil || s.EnvironmentID != "":
		return usage("credential_source_invalid", "a credential source is exactly one of a file, a URL and an executable", "name one")
	case s.URL == "" && len(s.Headers) > 0:
		return usage("credential_source_invalid", "headers are set, but the credential source is not a URL", "drop the headers")
	case s.Format != nil && s.Format.Type != "text" && s.Format.Type != "json", s.Format != nil && s.Format.Type == "json" && s.Format.Field == "":
		return usage("credential_source_invalid", "the format of a credential source is text, or json with a field name", "set the field name")
	case s.Executable != nil:
		return s.Executable.check()
	}
	return nil
}

// check keeps to what every SDK reads alike: Go splits the command at blanks, Python as a shell, Node honours double
// quotes.
func (e Executable) check() error {
	program, _, _ := strings.Cut(e.Command, " ")
	switch {
	case !filepath.IsAbs(program):
		return usage("executable_invalid", fmt.Sprintf("the command %q does not start with an absolute path", e.Command), "name the program by its full path, without blanks in it")
	case strings.ContainsAny(e.Command, "\"'\\`$\r\n\t"):
		return usage("executable_invalid", "the command has quotes or escapes, which each SDK reads in its own way", "use a path and flags without blanks and quotes")
	case e.TimeoutMillis < 5000 || e.TimeoutMillis > 120000:
		return usage("executable_invalid", fmt.Sprintf("an executable's timeout of %d ms is not within 5000 and 120000", e.TimeoutMillis), "use 30000")
	}
	return nil
}
