package google_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

const (
	provider = "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"
	subject  = "system:serviceaccount:demo:app"
	member   = "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/azure/subject/" + subject
	account  = "app@prod.iam.gserviceaccount.com"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// far speaks Google's wire: it keeps what it was asked, answers as told, and 501 to what it does not know.
type far struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []asked
	answers map[string]reply // by path
}

type asked struct {
	Path   string
	Query  string
	Header http.Header
	Body   string
}

type reply struct {
	status int
	body   string
	header map[string]string
	hang   bool
}

func newFar(t *testing.T, answers map[string]reply) *far {
	t.Helper()
	f := &far{answers: answers}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		f.mu.Lock()
		f.asked = append(f.asked, asked{r.URL.Path, r.URL.RawQuery, r.Header.Clone(), string(body)})
		a, ok := f.answers[r.URL.Path]
		f.mu.Unlock()
		if !ok {
			w.WriteHeader(http.StatusNotImplemented)
			return
		}
		if a.hang {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		for k, v := range a.header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *far) calls() []asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func newExchange(t *testing.T, f *far, change ...func(*google.ExchangeOptions)) *google.Exchange {
	t.Helper()
	o := google.ExchangeOptions{
		Wire: wire.New(wire.Options{Timeout: 2 * time.Second, NoProxy: true}), Clock: clock, Provider: provider,
		STSEndpoint: f.URL, IAMEndpoint: f.URL,
	}
	for _, c := range change {
		c(&o)
	}
	x, err := google.NewExchange(o)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func impersonating(o *google.ExchangeOptions) { o.ServiceAccount = account }

// assertion is a JWT with a signature that nobody here checks.
func assertion() bridge.Assertion {
	return bridge.Assertion{
		Token: bridge.NewSecret(jwt(map[string]any{"sub": subject})), Type: bridge.JWT, Issuer: "https://issuer.test/",
		Subject: subject, Audience: []string{"api://other"}, Trace: []bridge.Step{{Hop: bridge.HopHome, Who: subject}},
	}
}

func jwt(claims map[string]any) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"RS256","kid":"k"}`)) + "." + part(payload) + "." + part([]byte("signature"))
}

// refused wants an error with this text, and nothing of a token in it.
func refused(t *testing.T, err error, text string) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		t.Fatalf("got %v, want an error", err)
	}
	if e.Text != text {
		t.Errorf("text\n got %s\nwant %s", e.Text, text)
	}
	if all := err.Error() + e.Hint; strings.Contains(all, "eyJ") || strings.Contains(all, "ya29.secret") {
		t.Errorf("a token in an error: %s", all)
	}
	return e
}

func exchange(t *testing.T, x *google.Exchange, req bridge.LeaseRequest) (bridge.Lease, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	return x.Exchange(ctx, assertion(), req)
}

func client() *wire.Client { return wire.New(wire.Options{Timeout: 2 * time.Second, NoProxy: true}) }

func hasty() *wire.Client {
	return wire.New(wire.Options{Timeout: 30 * time.Millisecond, NoProxy: true})
}
