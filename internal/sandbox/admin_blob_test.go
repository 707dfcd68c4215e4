package sandbox_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/landbridge/landbridge/internal/sandbox"
)

// TestBlobsByAdmin makes an account with a past, rots a byte of it and sets faults.
func TestBlobsByAdmin(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	do := func(method, path, body string, want int) {
		t.Helper()
		if status, out := admin(t, s, method, path, body); status != want {
			t.Errorf("%s %s: %d %s", method, path, status, out)
		}
	}
	do(http.MethodPut, "/storage/accounts/lbpast", `{"versioning":true,"retention_days":7,"change_feed":true}`, http.StatusOK)
	do(http.MethodPut, "/storage/accounts/lbpast", `{"retention_days":-1}`, http.StatusBadRequest)
	do(http.MethodPost, "/storage/blobs", `{"account":"lbpast","container":"data","blob":"a","at":"2026-03-01T00:00:00Z","data":"b25l"}`, http.StatusNoContent)
	do(http.MethodPost, "/storage/blobs", `{"account":"lbpast","container":"data","blob":"a","at":"2026-03-02T00:00:00Z","data":"dHdv"}`, http.StatusNoContent)
	do(http.MethodPost, "/storage/blobs", `{"account":"nobody","container":"data","blob":"a"}`, http.StatusNotFound)
	do(http.MethodPost, "/storage/rot", `{"account":"lbpast","container":"data","blob":"a","offset":0}`, http.StatusNoContent)
	do(http.MethodPost, "/storage/rot", `{"account":"lbpast","container":"data","blob":"a","offset":3}`, http.StatusNotFound)
	do(http.MethodPost, "/storage/faults", `{"account":"lbpast","status":503,"retry_after":"2s","times":1}`, http.StatusNoContent)
	do(http.MethodPost, "/storage/faults", `{"retry_after":"soon"}`, http.StatusBadRequest)
	do(http.MethodDelete, "/storage/faults", "", http.StatusNoContent)
	for id, want := range map[string]string{"": "uwo", "2026-03-01T00:00:00.0000000Z": "one"} {
		if got, err := s.Blobs().Read("lbpast", "data", "a", id); err != nil || !bytes.Equal(got, []byte(want)) {
			t.Errorf("%q: %q, %v", id, got, err)
		}
	}
}
