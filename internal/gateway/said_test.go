package gateway_test

import (
	"net/http"
	"testing"

	"github.com/landbridge/landbridge/internal/gateway"
)

// What HTTP's verb says stands after no colon: the policy would hear it, and the far side would hear the verb alone. A POST that was
// let through as "update" or "list" would make something.
func TestVerbsAreNoMethods(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"get", "list", "create", "delete", "patch", "update"} {
		for _, verb := range []string{http.MethodPost, http.MethodGet} {
			if got, err := gateway.ParsePath(verb, "/v1/batchPredictionJobs:"+method); err == nil {
				t.Errorf("%s :%s is %+v", verb, method, got)
			}
		}
	}
}
