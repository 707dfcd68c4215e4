package datasets

import (
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/e2e/harness"
	"github.com/landbridge/landbridge/e2e/parts"
)

// fakeGCS is fake-gcs-server with one bucket.
func fakeGCS(t *testing.T, bucket string) string {
	t.Helper()
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
	call(t, http.MethodPost, "http://"+address+"/storage/v1/b?project=p", `{"name":"`+bucket+`"}`)
	return "http://" + address
}

// call makes a call that must go well, and gives its answer.
func call(t *testing.T, method, address, body string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %s %s", method, address, resp.Status, answer)
	}
	return answer
}
