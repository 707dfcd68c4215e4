package provision

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"golang.org/x/oauth2"
	goauth "golang.org/x/oauth2/google"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

// defaultCredentials are Application Default Credentials (https://cloud.google.com/docs/authentication/application-default-credentials):
// the file of GOOGLE_APPLICATION_CREDENTIALS, the one that gcloud leaves, the metadata server.
type defaultCredentials struct {
	env    bridge.Env
	client *http.Client

	mu     sync.Mutex
	source oauth2.TokenSource
}

func (d *defaultCredentials) token(ctx context.Context) (bridge.Secret, error) {
	d.mu.Lock()
	defer d.mu.Unlock() // those who wait want the token that is being fetched
	if err := ctx.Err(); err != nil {
		return bridge.Secret{}, unreachable(task{hop: hopOperator, what: "get the operator's token"}, err)
	}
	if d.source == nil {
		source, err := d.find(context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, d.client))
		if err != nil {
			return bridge.Secret{}, err
		}
		d.source = source
	}
	token, err := d.source.Token()
	if err != nil {
		return bridge.Secret{}, adcRefused(err)
	}
	return bridge.NewSecret(token.AccessToken), nil
}

// find looks where Google's own libraries look, in the same order, and refuses a long-lived key.
func (d *defaultCredentials) find(ctx context.Context) (oauth2.TokenSource, error) {
	path, named := d.env("GOOGLE_APPLICATION_CREDENTIALS"), true
	if path == "" {
		path, named = d.wellKnown(), false
	}
	content, err := os.ReadFile(path)
	switch {
	case err != nil && (named || !errors.Is(err, fs.ErrNotExist)):
		e := operatorUsage("adc_unreadable", "the credential file "+path+" cannot be read", "gcloud auth application-default login; or correct GOOGLE_APPLICATION_CREDENTIALS")
		e.Cause = errors.Unwrap(err)
		return nil, e
	case err != nil && d.env("GCE_METADATA_HOST") != "":
		return goauth.ComputeTokenSource("", cloudPlatform), nil
	case err != nil:
		return nil, &bridge.Error{
			Kind: bridge.Usage, Hop: hopOperator, Code: "adc_missing", Text: "there are no Application Default Credentials",
			Hint: "gcloud auth application-default login", Cause: errNoCredentials,
		}
	}
	var kind struct{ Type goauth.CredentialsType }
	if json.Unmarshal(content, &kind) != nil || kind.Type == "" {
		return nil, operatorUsage("adc_malformed", "the credential file "+path+" is not one of Google's", "gcloud auth application-default login")
	}
	if err := judgeFile(content, 0); errors.Is(err, errKeyInside) {
		return nil, operatorUsage("service_account_key_refused", "the credential file "+path+" is a service-account key, or holds one: a long-lived secret",
			"sign in as a person (gcloud auth application-default login), or impersonate the account: gcloud auth application-default login --impersonate-service-account EMAIL")
	} else if err != nil {
		return nil, operatorUsage("adc_refused", "the credential file "+path+" is one "+google.Presentable(err.Error()), "gcloud auth application-default login")
	}
	credentials, err := goauth.CredentialsFromJSONWithType(ctx, content, kind.Type, cloudPlatform)
	if err != nil {
		e := operatorUsage("adc_malformed", "the credential file "+path+" cannot be used: "+google.Presentable(err.Error()), "gcloud auth application-default login")
		return nil, e
	}
	return oauth2.ReuseTokenSourceWithExpiry(nil, credentials.TokenSource, bridge.MinLife), nil
}

// wellKnown is where gcloud leaves the credentials of a person.
func (d *defaultCredentials) wellKnown() string {
	const name = "application_default_credentials.json"
	if dir := d.env("CLOUDSDK_CONFIG"); dir != "" {
		return filepath.Join(dir, name)
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(d.env("APPDATA"), "gcloud", name)
	}
	return filepath.Join(d.env("HOME"), ".config", "gcloud", name)
}

// adcRefused says why no token was given. OAuth's own error has a code; its body stays out.
func adcRefused(err error) error {
	e := &bridge.Error{Kind: bridge.Denied, Hop: hopOperator, Code: "adc_refused", Hint: "sign in again: gcloud auth application-default login"}
	if oauth, ok := errors.AsType[*oauth2.RetrieveError](err); ok && oauth.ErrorCode != "" {
		e.Code = oauth.ErrorCode
		e.Text = "google refused the Application Default Credentials: " + google.Presentable(oauth.ErrorCode+": "+oauth.ErrorDescription)
		return e
	}
	e.Text = "the Application Default Credentials gave no token: " + google.Presentable(err.Error())
	return e
}
