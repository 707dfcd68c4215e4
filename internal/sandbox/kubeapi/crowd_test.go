package kubeapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestReadersLoseNothing: an account that is made while others read stays, though their calls came before it.
func TestReadersLoseNothing(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, fixedClock)
	path := "/clusters/aks-demo/api/v1/namespaces/demo/serviceaccounts"
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	defer func() { stop(); readers.Wait() }()
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				s.do(http.MethodGet, path, bearer(s.secret.Reveal()), nil)
			}
		})
	}
	for i := range 60 {
		name := fmt.Sprintf("made-%d", i)
		header := bearer(s.secret.Reveal())
		header.Set("Content-Type", "application/json")
		body := fmt.Sprintf(`{"kind":"ServiceAccount","apiVersion":"v1","metadata":{"name":%q,"labels":{"of":"mine"}}}`, name)
		if got := s.do(http.MethodPost, path, header, strings.NewReader(body)); got.status != http.StatusCreated {
			t.Fatal(got.text())
		}
		for range 3 {
			if got := s.do(http.MethodGet, path+"/"+name, bearer(s.secret.Reveal()), nil); !strings.Contains(got.body, `"of":"mine"`) {
				t.Fatalf("%s lost its label: %s", name, got.text())
			}
		}
	}
}
