package webhook_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/webhook"
)

func TestWhatIsNotAReviewIsRefused(t *testing.T) {
	t.Parallel()
	door := newDoor(t, nil)
	for _, tc := range []struct {
		method, kind, body string
		status             int
		want               string
	}{
		{"GET", "application/json", "", http.StatusMethodNotAllowed, ""},
		{"POST", "application/yaml", "{}", http.StatusUnsupportedMediaType, "application/json"},
		{"POST", "", "{}", http.StatusUnsupportedMediaType, "application/json"},
		{"POST", "application/json", "{", http.StatusBadRequest, "not an AdmissionReview"},
		{"POST", "application/json", "{}", http.StatusBadRequest, "admissionReviewVersions"},
		{"POST", "application/json", `{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}`, http.StatusBadRequest, "admissionReviewVersions"},
		{"POST", "application/json", `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}`, http.StatusBadRequest, "no request with a uid"},
		{
			"POST", "application/json", `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","operation":"CREATE","kind":{"kind":"Pod"},"object":[]}}`,
			http.StatusBadRequest, "not a pod",
		},
		{"POST", "application/json", strings.Repeat(" ", 3<<20+1), http.StatusRequestEntityTooLarge, "3 MiB"},
	} {
		r := httptest.NewRequest(tc.method, "/mutate", strings.NewReader(tc.body))
		r.Header.Set("Content-Type", tc.kind)
		w := httptest.NewRecorder()
		door.handler.ServeHTTP(w, r)
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s %s %.60q: %d %q, want %d and %q", tc.method, tc.kind, tc.body, w.Code, w.Body, tc.status, tc.want)
		}
	}
}

// Whatever else is sent here by a rule that is too wide is let through untouched.
func TestOnlyNewPodsAreChanged(t *testing.T) {
	t.Parallel()
	door := newDoor(t, map[string]string{"landbridge.dev/provider": provider})
	for name, change := range map[string]func(request){
		"update":      func(r request) { r["operation"] = "UPDATE" },
		"subresource": func(r request) { r["subResource"] = "ephemeralcontainers" },
		"other kind":  func(r request) { r["kind"] = map[string]string{"group": "apps", "kind": "Deployment"} },
		"delete":      func(r request) { r["operation"], r["object"] = "DELETE", nil },
	} {
		r := newPod([]byte(plainPod))
		change(r)
		if answer := door.review(t, r); !answer.Allowed || answer.Patch != nil {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

// A pod without serviceAccountName has the account "default"; its namespace is the request's.
func TestDefaultAccount(t *testing.T) {
	t.Parallel()
	answer := newDoor(t, nil).review(t, newPod([]byte(`{"spec":{"containers":[{"name":"app"}]}}`)))
	if answer.Allowed || !strings.Contains(answer.Status.Message, "ServiceAccount shop/default does not exist") {
		t.Errorf("answer = %+v", answer)
	}
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	door := newDoor(t, nil)
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
		w := httptest.NewRecorder()
		door.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s without a certificate: %d, want %d", path, w.Code, want)
		}
	}
}

// Whatever comes in, the door answers a review with its uid, or a status of 4xx; and what it lets through it can explain.
func FuzzReview(f *testing.F) {
	for _, p := range pairs(f) {
		f.Add([]byte(p.Pod))
	}
	f.Add([]byte(`{"spec":{"containers":[{"name":"a","env":null}],"volumes":null},"metadata":{"annotations":null}}`))
	f.Fuzz(func(t *testing.T, pod []byte) {
		for _, mode := range []string{"credentials", "metadata"} {
			door := newDoor(t, map[string]string{"landbridge.dev/provider": provider, "landbridge.dev/mode": mode})
			var body bytes.Buffer
			body.WriteString(`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1","kind":{"kind":"Pod"},"namespace":"shop","operation":"CREATE","object":`)
			body.Write(pod)
			body.WriteString("}}")
			w := door.post(t, body.Bytes())
			switch {
			case w.Code == http.StatusOK:
				if !strings.Contains(w.Body.String(), `"uid":"u-1"`) && bytes.Count(pod, []byte("uid")) == 0 {
					t.Errorf("no uid in %s", w.Body)
				}
			case w.Code < 400 || w.Code >= 500:
				t.Errorf("%d: %s", w.Code, w.Body)
			}
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	if _, err := webhook.New(webhook.Options{}); err == nil || !strings.Contains(err.Error(), "accounts, certificates and a clock") {
		t.Errorf("err = %v", err)
	}
}
