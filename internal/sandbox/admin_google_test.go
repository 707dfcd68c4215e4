package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// TestGoogleOperator mints the operator's token and looks around with it.
func TestGoogleOperator(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	status, out := admin(t, s, http.MethodPost, "/tokens/google-operator", "")
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || status != http.StatusOK || answer.ExpiresIn != 3600 {
		t.Fatalf("%d %s", status, out)
	}
	p := s.Profile().Google
	for _, path := range []string{
		"/v3/projects/" + p.EmptyProjectID, "/v1/projects/" + p.EmptyProjectID + "/services", "/v1/projects/" + p.EmptyProjectNumber + "/locations/global/workloadIdentityPools",
		"/v1/projects/" + p.ProjectID + "/serviceAccounts", "/v1/projects/" + p.ProjectID + "/roles",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.AdminURL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+answer.AccessToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	if status, out := admin(t, s, http.MethodPut, "/pace", `{"iam":"2m","operation":"3s"}`); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, out)
	}
	if got := s.World().Pace(); got != (world.Pace{IAM: 2 * time.Minute, Operation: 3 * time.Second}) {
		t.Errorf("%+v", got)
	}
	for _, body := range []string{`{"iam":"soon"}`, `{"latency":"-1s"}`, `{"speed":"1s"}`} {
		if status, out := admin(t, s, http.MethodPut, "/pace", body); status != http.StatusBadRequest || !strings.Contains(out, "error") {
			t.Errorf("%s: %d %s", body, status, out)
		}
	}
}

// TestGoogleSettings leaves a key lying about, and sets the organisation's policy and the quota.
func TestGoogleSettings(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	p := s.Profile().Google
	if status, out := admin(t, s, http.MethodPost, "/serviceAccounts/"+p.ServiceAccount+"/keys", `{"uploaded":true}`); status != http.StatusOK {
		t.Errorf("%d %s", status, out)
	}
	if account, err := s.World().ServiceAccount(p.ServiceAccount); err != nil || len(account.Keys) != 1 || !account.Keys[0].Uploaded || len(account.Keys[0].ID) != 40 {
		t.Errorf("%+v %v", account, err)
	}
	if status, out := admin(t, s, http.MethodPatch, "/projects/"+p.ProjectID, `{"issuers":[],"max_accounts":2}`); status != http.StatusNoContent {
		t.Errorf("%d %s", status, out)
	}
	if project, err := s.World().Project(p.ProjectID); err != nil || project.Issuers == nil || project.MaxAccounts != 2 {
		t.Errorf("%+v %v", project, err)
	}
}

// TestWhoTheOperatorIs asks Google whose token it is, as gcloud does.
func TestWhoTheOperatorIs(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	resp, err := http.Get(s.Profile().HTTP + "/tokeninfo?access_token=" + s.GoogleOperator().Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var who struct{ Email string }
	if err := json.NewDecoder(resp.Body).Decode(&who); err != nil || who.Email != s.Profile().Google.Operator {
		t.Errorf("%s %+v %v", resp.Status, who, err)
	}
}
