package app

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/wire"
)

// pod is the pretended workload's place to live. It does what a kubelet does for a projected service-account token: asks
// the API server for one (TokenRequest), puts it where the workload looks, and renews it at 80 % of its life.
type pod struct {
	client  *wire.Client
	clock   bridge.Clock
	profile sandbox.Profile
	path    string // of the token file
}

// tokenLife is what a volume should ask for, so that a federated token, which ends with it, has an hour to live.
const tokenLife = 2 * time.Hour

// project writes the token once and returns when it should be renewed.
func (p pod) project(ctx context.Context) (renew time.Duration, err error) {
	az := p.profile.Azure
	type spec struct {
		Audiences         []string `json:"audiences"`
		ExpirationSeconds int      `json:"expirationSeconds"`
	}
	body, err := json.Marshal(map[string]any{
		"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
		"spec": spec{[]string{p.profile.Google.TokenAudience}, int(tokenLife / time.Second)},
	})
	if err != nil {
		return 0, err
	}
	url := az.KubeURL + "/api/v1/namespaces/" + az.Namespace + "/serviceaccounts/" + az.ServiceAccount + "/token"
	resp, err := p.client.PostJSON(ctx, bridge.HopHome, url, http.Header{"Authorization": {"Bearer " + az.KubeToken}}, body)
	if err != nil {
		return 0, err
	}
	var answer struct {
		Status struct {
			Token  string    `json:"token"`
			Expiry time.Time `json:"expirationTimestamp"`
		} `json:"status"`
	}
	if resp.Status != http.StatusCreated || json.Unmarshal(resp.Body, &answer) != nil || answer.Status.Token == "" {
		return 0, &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopHome, Code: "token_request", Status: resp.Status, Text: "the cluster gave no service-account token"}
	}
	if err := writeAtomically(p.path, []byte(answer.Status.Token)); err != nil {
		return 0, err
	}
	return answer.Status.Expiry.Sub(p.clock()) * 8 / 10, nil
}

// keepFresh calls renew again and again, each time after what it returned the last time, until ctx ends. When the other side
// does not answer, what there was stays where it is.
func keepFresh(ctx context.Context, after time.Duration, renew func(context.Context) (time.Duration, error)) error {
	for {
		timer := time.NewTimer(after)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		next, err := renew(ctx)
		if err != nil {
			next = 10 * time.Second
		}
		after = next
	}
}

// writeAtomically replaces a file so that a reader sees the old content or the new, never a part.
func writeAtomically(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return cannotWrite(path, err)
	}
	_, err = f.Write(data)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return cannotWrite(path, err)
	}
	return nil
}

func cannotWrite(path string, err error) *bridge.Error {
	return &bridge.Error{Kind: bridge.Fault, Code: "file_not_written", Text: "cannot write " + path, Cause: reason(err), Hint: "check the folder's permissions and free space"}
}
