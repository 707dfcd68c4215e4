// Package google holds the sandbox's Cloud Storage, and fake-gcs-server, against the same calls of Google's official clients.
package google

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/storage"
	"google.golang.org/api/option"
	raw "google.golang.org/api/storage/v1"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// target is a Cloud Storage that the cases are run on.
type target struct {
	options []option.ClientOption
	bucket  func(t *testing.T, name string) // makes one with versions and soft delete
	known   map[string]string               // cases in which it is not as the service is, and how
}

// sandboxTarget is the sandbox, called with a federated workload's token as in production.
func sandboxTarget(t *testing.T) target {
	s := harness.Start(t)
	file, err := json.Marshal(map[string]any{
		"type": "external_account", "audience": "//iam.googleapis.com/" + s.Google.Provider,
		"subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": s.HTTP + "/v1/token",
		"credential_source": map[string]string{"file": s.TokenFile(t, s.Azure.ClusterIssuer, s.Google.TokenAudience)},
	})
	if err != nil {
		t.Fatal(err)
	}
	holder, err := credentials.NewCredentialsFromJSON(credentials.ExternalAccount, file, &credentials.DetectOptions{
		Scopes: []string{storage.ScopeFullControl},
	})
	if err != nil {
		t.Fatal(err)
	}
	return target{
		options: []option.ClientOption{option.WithEndpoint(s.HTTP + "/storage/v1/"), option.WithAuthCredentials(holder)},
		bucket: func(t *testing.T, name string) {
			s.Bucket(t, name, map[string]any{"project": s.Google.ProjectID, "location": s.Google.Location, "versioned": true, "soft_delete": "1h"})
			s.Bind(t, "gs://"+name, "roles/storage.objectUser", s.Google.DirectPrincipal)
			s.Bind(t, "gs://"+name, "roles/storage.bucketViewer", s.Google.DirectPrincipal)
		},
	}
}

// fakeTarget is fake-gcs-server, which asks nobody for a token.
func fakeTarget(t *testing.T) target {
	program := filepath.Join(harness.Part(t, parts.FakeGCS), "fake-gcs-server")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	_ = listener.Close()
	harness.Background(t, harness.Program{
		Args: []string{program, "-scheme", "http", "-host", "127.0.0.1", "-port", port, "-backend", "memory", "-public-host", address, "-external-url", "http://" + address},
		Dir:  t.TempDir(),
	}, func() error {
		resp, err := http.Get("http://" + address + "/storage/v1/b?project=p")
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	})
	options := []option.ClientOption{option.WithEndpoint("http://" + address + "/storage/v1/"), option.WithoutAuthentication()}
	return target{options: options, known: fake(), bucket: func(t *testing.T, name string) {
		client, err := storage.NewClient(t.Context(), options...)
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if err := client.Bucket(name).Create(t.Context(), "p", &storage.BucketAttrs{VersioningEnabled: true}); err != nil {
			t.Fatal(err)
		}
	}}
}

func TestSandbox(t *testing.T)       { run(t, sandboxTarget(t)) }
func TestFakeGCSServer(t *testing.T) { run(t, fakeTarget(t)) }

// box is a bucket of one case, and both clients.
type box struct {
	*storage.BucketHandle
	raw  *raw.Service
	name string
}

// run runs every case in a bucket of its own. A known deviation that is gone fails too.
func run(t *testing.T, on target) {
	client, err := storage.NewClient(t.Context(), on.options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	client.SetRetry(storage.WithPolicy(storage.RetryNever))
	service, err := raw.NewService(context.WithoutCancel(t.Context()), on.options...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			name := "c-" + strings.ReplaceAll(strings.ToLower(c.name), " ", "-")
			on.bucket(t, name)
			err := c.run(t.Context(), &box{client.Bucket(name), service, name})
			why, known := on.known[c.name]
			switch {
			case known && err == nil:
				t.Errorf("deviates no more: take it off the list (%s)", why)
			case known:
				t.Logf("known: %s (%v)", why, firstLine(err))
			case err != nil:
				t.Error(err)
			}
		})
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
