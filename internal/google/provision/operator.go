package provision

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// hopOperator is where the operator's own token comes from.
const hopOperator bridge.Hop = "operator"

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// OperatorOptions say who makes the changes on Google's side. Env and Clock are required.
type OperatorOptions struct {
	// Kind is "auto" (Application Default Credentials, then gcloud), "adc", "gcloud" or "file".
	Kind string
	// File holds an access token; for the kind "file".
	File  string
	Env   bridge.Env
	Clock bridge.Clock
	// RootCAs replaces the system's trusted roots when Application Default Credentials fetch a token.
	RootCAs *x509.CertPool
	// Gcloud prints an access token; nil runs gcloud auth print-access-token.
	Gcloud func(context.Context) ([]byte, error)
}

// Operator returns the operator's token. Nothing is read or run before it is first asked for one.
func Operator(o OperatorOptions) (Token, error) {
	switch {
	case o.Env == nil || o.Clock == nil:
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: hopOperator, Code: "no_clock", Text: "an operator needs a clock and an environment"}
	case o.Kind == "file" && o.File == "":
		return nil, operatorUsage("operator_file_missing", "the operator's kind is file, and no file is named", "set setup.google.operator.file")
	case o.Kind != "file" && o.File != "":
		return nil, operatorUsage("operator_file_unused", "a file is named for the operator, and its kind is "+o.Kind, "set setup.google.operator.kind: file, or leave the file out")
	}
	client := &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	adc := &defaultCredentials{env: o.Env, client: client}
	cli := &gcloud{run: o.Gcloud, clock: o.Clock}
	if cli.run == nil {
		cli.run = runGcloud
	}
	switch o.Kind {
	case "file":
		return tokenFile(o.File).token, nil
	case "adc":
		return adc.token, nil
	case "gcloud":
		return cli.token, nil
	case "auto", "":
		return (&either{first: adc.token, then: cli.token}).token, nil
	}
	return nil, operatorUsage("operator_kind", fmt.Sprintf("an operator of kind %q is not known", o.Kind), "use auto, adc, gcloud or file")
}

// errNoCredentials says that there are none of this kind here, which is no reason not to look for others.
var errNoCredentials = errors.New("no credentials of this kind")

// either asks the second when the first has no credentials, and stays with what gave a token.
type either struct {
	first, then Token

	mu     sync.Mutex
	chosen Token
}

func (e *either) token(ctx context.Context) (bridge.Secret, error) {
	e.mu.Lock()
	chosen := e.chosen
	e.mu.Unlock()
	if chosen != nil {
		return chosen(ctx)
	}
	chosen = e.first
	token, err := e.first(ctx)
	if errors.Is(err, errNoCredentials) {
		chosen = e.then
		if token, err = e.then(ctx); errors.Is(err, errNoCredentials) {
			return token, operatorUsage("operator_missing", "nobody is signed in to google: there are no Application Default Credentials, and gcloud is not there",
				"gcloud auth application-default login; or put an access token into a file and name it in setup.google.operator")
		}
	}
	if err == nil {
		e.mu.Lock()
		e.chosen = chosen
		e.mu.Unlock()
	}
	return token, err
}

// tokenFile is the path of a file that somebody else keeps fresh. It is read for each call, which costs less than to know
// whether it changed.
type tokenFile string

const maxToken = 16 << 10 // Google's own bound is 12288 bytes

func (f tokenFile) token(context.Context) (bridge.Secret, error) {
	info, err := os.Stat(string(f))
	if err == nil && !info.Mode().IsRegular() {
		return bridge.Secret{}, operatorUsage("operator_file_unreadable", "the operator's file "+string(f)+" is not a file", "name a file that holds an access token")
	}
	var content []byte
	if err == nil {
		var file *os.File
		if file, err = os.Open(string(f)); err == nil {
			content, err = io.ReadAll(io.LimitReader(file, maxToken+1))
			_ = file.Close()
		}
	}
	if err != nil {
		e := operatorUsage("operator_file_unreadable", "the operator's file "+string(f)+" cannot be read", "gcloud auth print-access-token > "+string(f))
		e.Cause = errors.Unwrap(err) // without the path, which stands in the text
		return bridge.Secret{}, e
	}
	text := strings.TrimSpace(string(content))
	switch {
	case strings.HasPrefix(text, "{") || strings.Contains(text, "-----BEGIN"):
		return bridge.Secret{}, operatorUsage("operator_file_refused", "the operator's file "+string(f)+" holds a key or a credential file, not an access token",
			"gcloud auth print-access-token > "+string(f))
	case text == "" || len(content) > maxToken || strings.ContainsAny(text, " \t\r\n"):
		return bridge.Secret{}, operatorUsage("operator_file_malformed", "the operator's file "+string(f)+" does not hold one access token and nothing else",
			"gcloud auth print-access-token > "+string(f))
	}
	return bridge.NewSecret(text), nil
}

func operatorUsage(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: hopOperator, Code: code, Text: text, Hint: hint}
}
