package webhook_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/webhook"
)

const (
	provider = "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"
	plainPod = `{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"api-"},"spec":{"serviceAccountName":"api","containers":[{"name":"app","image":"app:1"}]}}`
)

// accounts is the ServiceAccount shop/api with these annotations.
type accounts struct {
	annotations map[string]string
	err         error
}

func (a accounts) Annotations(ctx context.Context, namespace, name string) (map[string]string, error) {
	switch {
	case a.err != nil:
		return nil, a.err
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case namespace != "shop" || name != "api":
		return nil, &bridge.Error{Kind: bridge.Usage, Code: webhook.CodeNoAccount, Text: "not found"}
	}
	return a.annotations, nil
}

func (a accounts) Ready() error { return a.err }

// noCertificate is for doors without a listener.
type noCertificate struct{}

func (noCertificate) Certificate() (*tls.Certificate, error) { return nil, errors.New("none yet") }
func (noCertificate) Run(context.Context) error              { return nil }

type door struct {
	handler http.Handler
}

// newDoor is a webhook that has all it needs, in a cluster where shop/api has these annotations.
func newDoor(t testing.TB, annotations map[string]string, change ...func(*webhook.Options)) door {
	t.Helper()
	o := webhook.Options{
		Accounts: accounts{annotations: annotations}, Certificates: noCertificate{}, Clock: time.Now,
		Sidecar: webhook.Sidecar{Image: "registry.example/landbridge:1"},
	}
	for _, c := range change {
		c(&o)
	}
	s, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return door{s.Handler()}
}

// response is the half of the answer that counts.
type response struct {
	UID              string
	Allowed          bool
	PatchType        string
	Patch            []byte
	Warnings         []string
	AuditAnnotations map[string]string
	Status           *struct {
		Message, Reason string
		Code            int
	}
}

// request is an AdmissionReview as an API server writes it.
type request map[string]any

func newPod(pod []byte) request {
	return request{
		"uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "kind": map[string]string{"group": "", "version": "v1", "kind": "Pod"},
		"resource": map[string]string{"group": "", "version": "v1", "resource": "pods"}, "namespace": "shop", "operation": "CREATE",
		"userInfo": map[string]any{"username": "system:serviceaccount:kube-system:replicaset-controller"}, "dryRun": false,
		"object": json.RawMessage(pod), "oldObject": nil, "options": map[string]string{"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
	}
}

func (d door) post(t testing.TB, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/mutate?timeout=10s", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d door) review(t testing.TB, r request) response {
	t.Helper()
	body, err := json.Marshal(map[string]any{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": r})
	if err != nil {
		t.Fatal(err)
	}
	w := d.post(t, body)
	var answer struct {
		APIVersion, Kind string
		Response         response
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("answer %d %q: %v", w.Code, w.Body, err)
	}
	if answer.APIVersion != "admission.k8s.io/v1" || answer.Kind != "AdmissionReview" || answer.Response.UID != r["uid"] {
		t.Errorf("answer is %s %s for %q", answer.APIVersion, answer.Kind, answer.Response.UID)
	}
	if (answer.Response.Patch == nil) != (answer.Response.PatchType == "") {
		t.Errorf("patch %q of type %q", answer.Response.Patch, answer.Response.PatchType)
	}
	return answer.Response
}

// apply applies a patch as RFC 6902 says, and fails on anything but an addition of something that was not there.
func apply(t testing.TB, pod, patch []byte) []byte {
	t.Helper()
	if patch == nil {
		return pod
	}
	var ops []struct {
		Op, Path string
		Value    any
	}
	if err := json.Unmarshal(patch, &ops); err != nil {
		t.Fatalf("patch %s: %v", patch, err)
	}
	var root any
	if err := json.Unmarshal(pod, &root); err != nil {
		t.Fatal(err)
	}
	for _, op := range ops {
		if op.Op != "add" {
			t.Fatalf("operation %q in %s", op.Op, patch)
		}
		var steps []string
		for step := range strings.SplitSeq(strings.TrimPrefix(op.Path, "/"), "/") {
			steps = append(steps, strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
		}
		root = add(t, root, steps, op.Value)
	}
	out, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func add(t testing.TB, at any, steps []string, value any) any {
	t.Helper()
	last := len(steps) == 1
	switch at := at.(type) {
	case map[string]any:
		there := at[steps[0]]
		switch {
		case !last:
			at[steps[0]] = add(t, there, steps[1:], value)
		case there != nil:
			t.Fatalf("the patch replaces %s", steps[0])
		default:
			at[steps[0]] = value
		}
		return at
	case []any:
		if last && steps[0] == "-" {
			return append(at, value)
		}
		i, err := strconv.Atoi(steps[0])
		if err != nil || i > len(at) || !last && i == len(at) {
			t.Fatalf("the patch goes to place %s of %d", steps[0], len(at))
		}
		if last {
			return slices.Insert(at, i, value)
		}
		at[i] = add(t, at[i], steps[1:], value)
		return at
	}
	t.Fatalf("the patch goes to %v of something that is not there", steps)
	return nil
}
