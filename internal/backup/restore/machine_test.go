package restore_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/backup/restore"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/sandbox/armapi"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	group   = "/subscriptions/s/resourceGroups/g"
	account = group + "/providers/Microsoft.Storage/storageAccounts/models"
	staging = group + "/providers/Microsoft.Storage/storageAccounts/staging"
	caller  = "aaaa0001-0000-4000-8000-000000000b1e"
)

// estate is pretended vaults, their adapter, and what was done with bytes.
type estate struct {
	*testing.T
	api       *vaultapi.API
	vaults    *vaults.Vaults
	restores  int // that a vault was asked for
	delivered []vaultapi.Delivery
	did       []string
	fail      map[string]error // by what is done, once
}

func newEstate(t *testing.T) *estate {
	t.Helper()
	e := &estate{T: t, fail: map[string]error{}}
	w := world.New(time.Now)
	w.AddTenant(world.Tenant{ID: "t"})
	w.AddSubscription(world.Subscription{ID: "s", TenantID: "t"})
	w.AddStorageAccount(world.StorageAccount{Name: "models", ResourceID: account})
	w.AddStorageAccount(world.StorageAccount{Name: "staging", ResourceID: staging})
	w.AddIdentity(world.Identity{TenantID: "t", ClientID: caller, ObjectID: caller, Managed: true, Roles: []string{"Backup Operator on " + group, "Storage Account Backup Contributor on " + staging}})
	e.api = vaultapi.New(w, vaultapi.Options{Accept: time.Minute, Job: 10 * time.Minute, Restored: func(d vaultapi.Delivery) { e.delivered = append(e.delivered, d) }})
	e.api.Play(vaultapi.Scene{Group: group, Location: "westeurope", Account: account, Contents: map[string][]vaultapi.Object{
		"weights": {{Name: "1.bin", Content: []byte("one")}}, "logs": {{Name: "x.log", Content: []byte("log")}},
	}})
	options := policy.ClientOptions{Transport: e, Retry: policy.RetryOptions{MaxRetries: -1}}
	m := &rest.Manager{Endpoint: "https://management.azure.com", Credential: e, Options: &arm.ClientOptions{ClientOptions: options, DisableRPRegistration: true}}
	v, err := vaults.New(vaults.Options{Manager: m, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	e.vaults = v
	return e
}

// Do implements policy.Transporter without a network.
func (e *estate) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/restore") {
		e.restores++
	}
	rec := httptest.NewRecorder()
	r.TLS = &tls.ConnectionState{}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	e.api.Serve(rec, r, armapi.Caller{Tenant: "t", ObjectID: caller, Name: caller})
	out := rec.Result()
	out.Request = r
	return out, nil
}

// GetToken implements azcore.TokenCredential.
func (e *estate) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "t", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

func (e *estate) do(what string) error {
	if err := e.fail[what]; err != nil {
		delete(e.fail, what)
		return err
	}
	e.did = append(e.did, what)
	return nil
}

func (e *estate) Prepare(context.Context, restore.State) error { return e.do("prepare") }
func (e *estate) Verify(context.Context, restore.State) error  { return e.do("verify") }
func (e *estate) Clean(context.Context, restore.State) error   { return e.do("clean") }
func (e *estate) Copy(_ context.Context, s restore.State) error {
	if s.Choice.Way == restore.FromVault && len(e.delivered) == 0 {
		e.Error("bytes are copied before there are any")
	}
	return e.do("copy")
}

// item finds an item of the scene by its workload.
func (e *estate) item(w protect.Workload) protect.Item {
	e.Helper()
	for i, err := range e.vaults.Items(e.Context(), protect.Scope{Subscriptions: []string{"s"}}) {
		if err != nil {
			e.Fatal(err)
		}
		if i.Workload == w {
			return i
		}
	}
	e.Fatal("no such item")
	return protect.Item{}
}

// begin plans to restore the container with weights.
func (e *estate) begin(w restore.Wish) restore.State {
	e.Helper()
	i := e.item(protect.Blobs)
	c, err := restore.Choose(e.Context(), e.vaults, i, w, time.Now())
	if err != nil {
		e.Fatal(err)
	}
	s, err := restore.Plan(restore.Job{
		Dataset: "d", Run: "r1", Item: i, Staging: restore.Staging{ID: staging},
		Source: dataset.Place{Store: dataset.Blob, Account: "models", Name: "weights"},
	}, c, time.Now())
	if err != nil {
		e.Fatal(err)
	}
	return s
}

// run goes from step to step to the end. What a step made is lost, with the process, wherever dies says so.
func (e *estate) run(s restore.State, dies func(restore.Stage) bool) (restore.State, error) {
	e.Helper()
	m := restore.Machine{Restorer: e.vaults, Bytes: e, Clock: time.Now}
	for range 200 {
		if s.Over() {
			return s, nil
		}
		kept, err := json.Marshal(s)
		if err != nil {
			e.Fatal(err)
		}
		wait, err := m.Step(e.Context(), &s)
		if err != nil {
			return s, err
		}
		if dies(s.Stage) {
			s = restore.State{}
			if err := json.Unmarshal(kept, &s); err != nil {
				e.Fatal(err)
			}
			wait = 20 * time.Second // until somebody takes over
		}
		time.Sleep(wait)
	}
	e.Fatal("the restore does not end")
	return s, nil
}

func never(restore.Stage) bool { return false }

func TestRestoreFromVault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		s := e.begin(restore.Wish{})
		began := time.Now()
		s, err := e.run(s, never)
		if err != nil {
			t.Fatal(err)
		}
		want := []vaultapi.Delivery{{Account: "staging", Container: "weights", Objects: []vaultapi.Object{{Name: "1.bin", Content: []byte("one")}}}}
		if diff := cmp.Diff(want, e.delivered); diff != "" {
			t.Errorf("bytes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"prepare", "copy", "verify", "clean"}, e.did); diff != "" {
			t.Errorf("done (-want +got):\n%s", diff)
		}
		if s.From != (dataset.Place{Store: dataset.Blob, Account: "staging", Name: "weights"}) {
			t.Errorf("copied from %v", s.From)
		}
		took, age := s.Measure()
		if took != time.Since(began) || took < 12*time.Minute || age != began.Sub(s.Choice.Point.Time) {
			t.Errorf("took %v, age %v", took, age)
		}
	})
}

// TestNobodyAsksTwice kills the process after each step, once at every stage: the vault is asked for one restore, and brings it once.
func TestNobodyAsksTwice(t *testing.T) {
	t.Parallel()
	for _, at := range []restore.Stage{
		restore.Validating, restore.Validated, restore.Asked, restore.Accepted, restore.Working, restore.Restored, restore.Copied, restore.Verified, restore.Cleaned,
	} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEstate(t)
				died := 0
				s, err := e.run(e.begin(restore.Wish{}), func(reached restore.Stage) bool {
					if reached == at && died == 0 {
						died++
						return true
					}
					return false
				})
				if err != nil || s.Stage != restore.Cleaned || died != 1 {
					t.Fatalf("%v, at %s, died %d times", err, s.Stage, died)
				}
				if e.restores != 1 || len(e.delivered) != 1 {
					t.Errorf("asked %d times, brought %d times", e.restores, len(e.delivered))
				}
			})
		})
	}
}

// TestAskingThatWasNeverHeard is a process that died between writing down that it asks and asking.
func TestAskingThatWasNeverHeard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		s := e.begin(restore.Wish{})
		s.Stage, s.Asked = restore.Asked, time.Now().Add(-time.Minute)
		s, err := e.run(s, never)
		if err != nil || s.Stage != restore.Cleaned || e.restores != 1 {
			t.Errorf("%v, at %s, asked %d times", err, s.Stage, e.restores)
		}
		if took := s.At[restore.Accepted].Sub(s.Began); took < 4*time.Minute {
			t.Errorf("asked again after %v", took)
		}
	})
}

// TestOperationThatWasForgotten finds the job of a restore whose operation the vault no longer knows.
func TestOperationThatWasForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		s := e.begin(restore.Wish{})
		m := restore.Machine{Restorer: e.vaults, Bytes: e, Clock: time.Now}
		for s.Stage != restore.Accepted {
			wait, err := m.Step(t.Context(), &s)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
		}
		time.Sleep(time.Hour)
		s.Op.StatusURL = strings.Replace(s.Op.StatusURL, "?", "x?", 1)
		s, err := e.run(s, never)
		if err != nil || s.Stage != restore.Cleaned || e.restores != 1 {
			t.Errorf("%v, at %s, asked %d times", err, s.Stage, e.restores)
		}
	})
}

func TestReadInPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		at := time.Now().Add(-50 * time.Hour)
		s, err := e.run(e.begin(restore.Wish{At: at}), never)
		if err != nil || s.Choice.Way != restore.InPlace || !s.Choice.At.Equal(at) || s.From.Account != "models" || e.restores != 0 {
			t.Errorf("%v %+v", err, s)
		}
		if diff := cmp.Diff([]string{"copy", "verify"}, e.did); diff != "" {
			t.Errorf("done (-want +got):\n%s", diff)
		}
	})
}

func TestFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		e.api.FailNext(vaultapi.Failure{Code: "UserErrorTargetContainersExistOnAccount", Text: "The target already holds 'weights'.", Do: "Choose another."})
		s, err := e.run(e.begin(restore.Wish{}), never)
		got, _ := errors.AsType[*bridge.Error](err)
		if s.Stage != restore.Failed || got == nil || got.Code != "UserErrorTargetContainersExistOnAccount" || got.Text != "the vault could not restore models: The target already holds 'weights'." ||
			!strings.Contains(got.Hint, "choose another staging") {
			t.Errorf("%s: %+v", s.Stage, got)
		}
		if slices.Contains(e.did, "copy") {
			t.Error("bytes of a failed restore are copied")
		}

		e = newEstate(t)
		e.fail["copy"] = &bridge.Error{Kind: bridge.Unreachable, Text: "reset", Retry: true}
		s = e.begin(restore.Wish{})
		s, err = e.run(s, never)
		if err == nil || s.Stage != restore.Restored {
			t.Fatalf("%v at %s", err, s.Stage)
		}
		if s, err = e.run(s, never); err != nil || s.Stage != restore.Cleaned || e.restores != 1 {
			t.Errorf("%v at %s, asked %d times", err, s.Stage, e.restores)
		}
	})
}

func TestMissingRightEndsBeforeAnythingIsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		s := e.begin(restore.Wish{})
		// A vault with an identity that has no role.
		e.api.Put(vaultapi.Vault(s.Request.Item.Vault, "westeurope", "aaaa0009-0000-4000-8000-000000000b1e", nil))
		s, err := e.run(s, never)
		got, _ := errors.AsType[*bridge.Error](err)
		if s.Stage != restore.Failed || got == nil || got.Code != protect.CodeUnauthorized || got.Kind != bridge.Denied ||
			!strings.HasSuffix(got.Text, "the vault's identity lacks Storage Account Backup Contributor on "+staging) || e.restores > 0 {
			t.Errorf("%s: %+v", s.Stage, got)
		}
	})
}
