package vaults_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// request asks for the newest point that the test wants of an item.
func (e *estate) request(v *vaults.Vaults, w protect.Workload, want func(protect.Point) bool) protect.Request {
	e.Helper()
	r := protect.Request{Target: protect.Target{Account: staging, Container: "dump", Share: "restored", Prefix: "run1-"}}
	for _, i := range whole(e.T, v.Items(e.Context(), scope)) {
		if i.Workload == w {
			r.Item = i
		}
	}
	for _, vault := range whole(e.T, v.Vaults(e.Context(), scope)) {
		if protect.Same(vault.ID, r.Item.Vault) {
			r.Vault = vault
		}
	}
	if r.Item.State == protect.SoftDeleted {
		_, errs := all(e.T, v.Points(e.Context(), r.Item, protect.Range{}))
		refusal(e.T, errs[0], protect.CodeDeleted, "is soft-deleted", "undelete it first")
		return r
	}
	for _, p := range whole(e.T, v.Points(e.Context(), r.Item, protect.Range{})) {
		if p.Time.After(r.Point.Time) && (want == nil || want(p)) {
			r.Point = p
		}
	}
	return r
}

func inVault(p protect.Point) bool { _, ok := p.Copy(protect.InVault); return ok }

// finish follows an operation to its end, as many processes would: each with nothing but what the last one wrote down.
func (e *estate) finish(v *vaults.Vaults, o protect.Operation) (protect.Operation, []string) {
	e.Helper()
	var seen []string
	for o.Phase != protect.Done {
		time.Sleep(o.Wait)
		text, err := json.Marshal(o)
		if err != nil {
			e.Fatal(err)
		}
		var kept protect.Operation
		if err := json.Unmarshal(text, &kept); err != nil {
			e.Fatal(err)
		}
		if o, err = v.Follow(e.Context(), kept); err != nil {
			e.Fatal(err)
		}
		if at := string(o.Phase) + " " + string(o.State); len(seen) == 0 || seen[len(seen)-1] != at {
			seen = append(seen, at)
		}
	}
	return o, seen
}

// TestRestores brings back one of each workload that Landbridge restores: accepted, operation, job, and only then bytes.
func TestRestores(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		workload protect.Workload
		take     []protect.Selection
		want     []vaultapi.Delivery
	}{
		{"an account", protect.Blobs, nil, []vaultapi.Delivery{
			{Account: "staging", Container: "logs", Objects: []vaultapi.Object{{Name: "x.log", Content: []byte("log")}}},
			{Account: "staging", Container: "weights", Objects: []vaultapi.Object{{Name: "a/1.bin", Content: []byte("one")}, {Name: "b/2.bin", Content: []byte("two")}}},
		}},
		{"a container by prefix", protect.Blobs, []protect.Selection{{Path: "weights", Prefixes: []string{"a/"}}}, []vaultapi.Delivery{
			{Account: "staging", Container: "weights", Objects: []vaultapi.Object{{Name: "a/1.bin", Content: []byte("one")}}},
		}},
		{"a database as files", protect.PostgreSQL, nil, []vaultapi.Delivery{
			{Account: "staging", Container: "dump", Objects: []vaultapi.Object{
				{Name: "run1-database_features.sql", Content: []byte("CREATE TABLE features (id bigint, clicks int);\n")}, {Name: "run1-roles.sql", Content: []byte("CREATE ROLE reader;\n")},
			}},
		}},
		{"a share", protect.FileShare, nil, []vaultapi.Delivery{
			{Account: "staging", Container: "restored", Share: true, Objects: []vaultapi.Object{
				{Name: "classifier/weights.bin", Content: []byte("weights of the classifier\n")}, {Name: "readme.txt", Content: []byte("what the models are\n")},
			}},
		}},
		{"a folder of a share", protect.FileShare, []protect.Selection{{Path: "classifier/"}}, []vaultapi.Delivery{
			{Account: "staging", Container: "restored", Share: true, Objects: []vaultapi.Object{{Name: "classifier/weights.bin", Content: []byte("weights of the classifier\n")}}},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEstate(t)
				v := e.as(operator)
				r := e.request(v, tc.workload, inVault)
				r.Select = tc.take
				check, err := v.Validate(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				if check, _ = e.finish(v, check); check.State != protect.Succeeded || check.Failure != nil {
					t.Fatalf("validation: %+v", check)
				}
				op, err := v.Restore(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				if _, early, err := v.Find(t.Context(), r, began.Add(-time.Second)); err != nil || early {
					t.Errorf("a job before there is one: %v", err)
				}
				time.Sleep(90 * time.Second)
				found, ok, err := v.Find(t.Context(), r, began)
				if err != nil || !ok || found.Phase != protect.InJob {
					t.Fatalf("the running restore was not found: %v %+v", err, found)
				}
				elsewhere := r
				elsewhere.Target.Account += "2"
				if _, ok, err := v.Find(t.Context(), elsewhere, began); err != nil || ok {
					t.Errorf("a restore to another account was taken for this one: %v", err)
				}
				if len(e.got) > 0 {
					t.Error("there are bytes before the job is over")
				}
				op, seen := e.finish(v, op)
				if diff := gocmp.Diff([]string{"job running", "done succeeded"}, seen); diff != "" {
					t.Errorf("on the way (-want +got):\n%s", diff)
				}
				if op.State != protect.Succeeded || !protect.Same(op.Job, found.Job) || op.Ended.Sub(op.Began) < 11*time.Minute {
					t.Errorf("at the end: %+v", op)
				}
				if diff := gocmp.Diff(tc.want, e.got); diff != "" {
					t.Errorf("bytes (-want +got):\n%s", diff)
				}
				if again, _, err := v.Find(t.Context(), r, began); err != nil || again.Phase != protect.Done || again.State != protect.Succeeded {
					t.Errorf("the finished restore: %v %+v", err, again)
				}
			})
		})
	}
}

// TestRefusedAtOnce are those that no call is made for.
func TestRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		workload   protect.Workload
		want       func(protect.Point) bool
		change     func(*protect.Request)
		code       string
		text, hint string
	}{
		{workload: protect.VM, code: protect.CodeNotAutomated, text: "a recovery point of a virtual machine is not restored by Landbridge", hint: "az backup restore restore-disks --resource-group Training --vault-name landbridge-vms"},
		{workload: protect.SQL, code: protect.CodeNotAutomated, text: "SQL database in a machine", hint: "--restore-mode RestoreAsFiles"},
		{workload: protect.Disk, code: protect.CodeDeleted, text: "scratch is soft-deleted: nothing can be restored from it, and it is gone for good at ", hint: "deleted-backup-instance undelete --resource-group Training --vault-name landbridge-backups --backup-instance-name scratch-disk"},
		{
			workload: protect.Blobs, want: func(p protect.Point) bool { return p.Archived(time.Now()) },
			code: protect.CodeArchived, text: "is in the archive tier: its bytes are hours away", hint: "rehydrate it first",
		},
		{
			workload: protect.FileShare, want: func(p protect.Point) bool { return p.Snapshot != "" },
			code: "point_not_in_vault", text: "lies with its source and is read there", hint: "landbridge dataset sync NAME --at ",
		},
		{
			workload: protect.Blobs, want: inVault, change: func(r *protect.Request) { r.Target.Account = strings.ToUpper(account) },
			code: "staging_is_source", text: "a restore would write to production", hint: "name another account",
		},
		{workload: protect.Blobs, want: inVault, change: func(r *protect.Request) { r.Target = protect.Target{} }, code: "no_staging", text: "needs a staging account", hint: "resource id"},
	} {
		t.Run(string(tc.workload)+" "+tc.code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEstate(t)
				v := e.as(operator)
				r := e.request(v, tc.workload, tc.want)
				if tc.change != nil {
					tc.change(&r)
				}
				e.asked = nil
				_, err := v.Restore(t.Context(), r)
				refusal(t, err, tc.code, tc.text, tc.hint)
				if len(e.asked) > 0 {
					t.Errorf("asked %v", e.asked)
				}
			})
		})
	}
}

func refusal(t *testing.T, err error, code, text, hint string) {
	t.Helper()
	got, ok := errors.AsType[*bridge.Error](err)
	if !ok || got.Code != code || !strings.Contains(got.Text, text) || !strings.Contains(got.Hint, hint) {
		t.Errorf("refused with %v (%+v), want code %s, text %q, hint %q", err, got, code, text, hint)
	}
}

func TestMissingRightsAreNamed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		workload protect.Workload
		want     string
	}{
		"an account": {protect.Blobs, "the vault's identity lacks Storage Account Backup Contributor on " + staging},
		"a database": {protect.PostgreSQL, "the vault's identity lacks Storage Blob Data Contributor on " + staging + "/blobServices/default/containers/dump"},
		"a share":    {protect.FileShare, "the caller lacks Storage Account Backup Contributor on " + staging},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEstate(t)
				v := e.as(operator)
				r := e.request(v, tc.workload, inVault)
				for _, who := range []string{vaultID, operator} {
					if err := e.world.UpdateIdentity(who, func(i *world.Identity) error {
						i.Roles = map[string][]string{operator: {"Backup Operator on " + group}}[who]
						return nil
					}); err != nil {
						t.Fatal(err)
					}
				}
				op, err := v.Validate(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				op, _ = e.finish(v, op)
				if op.Failure == nil || len(op.Failure.Missing) != 1 || op.Failure.Missing[0].String() != tc.want {
					t.Fatalf("%+v", op.Failure)
				}
				if !strings.Contains(op.Failure.Hint, "az role assignment create --assignee-object-id ") || !strings.Contains(op.Failure.Hint, op.Failure.Missing[0].Role) {
					t.Errorf("hint: %s", op.Failure.Hint)
				}
			})
		})
	}
}

func TestWhoMayNotRestore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		r := e.request(e.as(operator), protect.Blobs, inVault)
		_, err := e.as(reader).Restore(t.Context(), r)
		refusal(t, err, protect.CodeUnauthorized, "does not have authorization to perform action 'Microsoft.DataProtection/backupVaults/backupInstances/restore/action'", `--role "Backup Operator" --scope `+r.Vault.ID)

		guarded := vaultapi.Vault(r.Vault.ID, "westeurope", vaultID, map[string]string{"sandbox-resource-guard": "two-eyes"})
		e.api.Put(guarded)
		_, err = e.as(operator).Restore(t.Context(), r)
		refusal(t, err, protect.CodeNeedsApproval, "Resource Guard 'two-eyes'", "ask its owner")
	})
}

func TestJobThatFailsAndJobThatIsCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEstate(t)
		v := e.as(operator)
		e.api.FailNext(vaultapi.Failure{Code: "UserErrorTargetContainersExistOnAccount", Text: "The target already holds 'weights'.", Do: "Choose another."})
		op, err := v.Restore(t.Context(), e.request(v, protect.Blobs, inVault))
		if err != nil {
			t.Fatal(err)
		}
		op, _ = e.finish(v, op)
		if op.State != protect.Failed || op.Failure.Code != "UserErrorTargetContainersExistOnAccount" || !strings.Contains(op.Failure.Hint, "never overwrites") || len(e.got) > 0 {
			t.Errorf("%+v %+v", op, op.Failure)
		}
		refusal(t, v.Cancel(t.Context(), op), "not_running", "no running job", "follow it")

		op, err = v.Restore(t.Context(), e.request(v, protect.FileShare, inVault))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if op, err = v.Follow(t.Context(), op); err != nil || op.Phase != protect.InJob {
			t.Fatalf("%v %+v", err, op)
		}
		if op, err = v.Follow(t.Context(), op); err != nil || op.Progress != 10 {
			t.Errorf("%v, %d %%", err, op.Progress)
		}
		if err := v.Cancel(t.Context(), op); err != nil {
			t.Fatal(err)
		}
		op, _ = e.finish(v, op)
		if op.State != protect.Cancelled || len(e.got) > 0 {
			t.Errorf("%+v", op)
		}
	})
}
