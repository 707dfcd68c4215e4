package route

import (
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// FromCredentialFile fills in what an external_account file says, as gcloud and landbridge credentials write it: a token
// file or a virtual machine's managed identity as source, Google's own endpoints. Anything else in it is refused.
func (o *GoogleOptions) FromCredentialFile(data []byte) error {
	c, err := google.Inspect(data, google.InspectOptions{UniverseDomain: o.UniverseDomain})
	if err != nil {
		return err
	}
	source, err := sourceOf(c.Source)
	if err != nil {
		return err
	}
	o.Source, o.Provider, o.ServiceAccount, o.Lifetime = source, c.Provider.Name(), c.ServiceAccount, c.Lifetime
	o.AllowLongLifetime = c.Lifetime > google.DefaultLifetime // whoever wrote the file has said so
	o.QuotaProject, o.STSEndpoint, o.IAMEndpoint = c.QuotaProject, c.STSEndpoint, c.IAMEndpoint
	return nil
}

func sourceOf(s google.CredentialSource) (AzureSource, error) {
	if s.File == "" {
		return sourceOfURL(s.URL)
	}
	out := AzureSource{Kind: azure.File, File: s.File, Format: tokenfile.Text}
	if s.Format != nil && s.Format.Type == "json" {
		out.Format, out.Field = tokenfile.JSON, s.Format.Field
	}
	return out, nil
}

// sourceOfURL reads the one URL that works without a secret in its headers: Azure's instance metadata service.
func sourceOfURL(raw string) (AzureSource, error) {
	u, err := url.Parse(raw)
	if err != nil || !strings.HasSuffix(u.Path, "/metadata/identity/oauth2/token") {
		return AzureSource{}, &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopHome, Code: "credential_source_unsupported",
			Text: "the credential file's credential_source.url is not azure's managed-identity endpoint",
			Hint: "use http://169.254.169.254/metadata/identity/oauth2/token, or a file",
		}
	}
	q := u.Query()
	out := AzureSource{
		Kind: azure.IMDS, Resource: q.Get("resource"),
		ClientID: q.Get("client_id"), ObjectID: q.Get("object_id"), ResourceID: q.Get("msi_res_id"),
	}
	if u.Host != "169.254.169.254" {
		out.Endpoint = u.Scheme + "://" + u.Host
	}
	return out, nil
}
