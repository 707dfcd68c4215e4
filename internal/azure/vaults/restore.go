package vaults

import (
	"context"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dataprotection/armdataprotection/v3"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservicesbackup/v4"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

var _ protect.Restorer = (*Vaults)(nil)

// Validate implements protect.Restorer.
func (v *Vaults) Validate(ctx context.Context, r protect.Request) (protect.Operation, error) {
	return v.begin(ctx, r, protect.Validate)
}

// Restore implements protect.Restorer.
func (v *Vaults) Restore(ctx context.Context, r protect.Request) (protect.Operation, error) {
	return v.begin(ctx, r, protect.Restore)
}

// begin asks once. The answer is not followed here: what it says of where to look is kept, for any process to go on with.
func (v *Vaults) begin(ctx context.Context, r protect.Request, act protect.Act) (protect.Operation, error) {
	if err := v.restorable(r); err != nil {
		return protect.Operation{}, err
	}
	of := vaultAt(r.Item)
	op := protect.Operation{Act: act, Phase: protect.InOperation, System: of.System, Vault: of.ID, State: protect.Queued, Progress: -1, Began: v.o.Clock().UTC(), Rights: rights(r)}
	var answer *http.Response
	ctx = policy.WithCaptureResponse(ctx, &answer)
	err := v.ask(ctx, of, r, act)
	if err != nil {
		return protect.Operation{}, v.refused(ctx, of, r, act, err)
	}
	op.StatusURL, op.ResultURL = answer.Header.Get("Azure-AsyncOperation"), answer.Header.Get("Location")
	op.Wait = rest.RetryAfter(answer.Header)
	if answer.StatusCode == http.StatusOK && act == protect.Validate { // nothing to wait for
		op.Phase, op.State, op.Ended = protect.Done, protect.Succeeded, op.Began
	} else if op.StatusURL == "" && op.ResultURL == "" {
		return protect.Operation{}, &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "bad_answer", Status: answer.StatusCode,
			Text: "vault " + of.Name + " took the restore of " + r.Item.Name + " and does not say where to follow it",
			Hint: "look for its job in the vault before it is asked for again",
		}
	}
	return op, nil
}

// ask sends the request in the form of the vault's API.
func (v *Vaults) ask(ctx context.Context, of protect.Vault, r protect.Request, act protect.Act) error {
	s, d, err := v.clients(of)
	if err != nil {
		return err
	}
	switch {
	case s != nil && act == protect.Validate:
		_, err = s.NewValidateOperationClient().BeginTrigger(ctx, of.Name, of.Group, armrecoveryservicesbackup.ValidateOperationRequestResource{
			ID: &r.Point.ID, Properties: &armrecoveryservicesbackup.ValidateRestoreOperationRequest{
				ObjectType: ptr("ValidateRestoreOperationRequest"), RestoreRequest: shareRequest(r),
			},
		}, nil)
	case s != nil:
		at := placeOf(r.Item)
		_, err = s.NewRestoresClient().BeginTrigger(ctx, of.Name, of.Group, at.fabric, at.container, at.item, r.Point.Name,
			armrecoveryservicesbackup.RestoreRequestResource{Properties: shareRequest(r)}, nil)
	case act == protect.Validate:
		_, err = d.NewBackupInstancesClient().BeginValidateForRestore(ctx, of.Group, of.Name, instanceOf(r.Item),
			armdataprotection.ValidateRestoreRequestObject{RestoreRequestObject: instanceRequest(r)}, nil)
	default:
		_, err = d.NewBackupInstancesClient().BeginTriggerRestore(ctx, of.Group, of.Name, instanceOf(r.Item), instanceRequest(r), nil)
	}
	return err
}

// refused tells why a vault did not take a request.
func (v *Vaults) refused(ctx context.Context, of protect.Vault, r protect.Request, act protect.Act, err error) error {
	out := rest.Refusal(ctx, rest.Attempt{Hop: bridge.HopARM, What: string(act) + " " + r.Item.Name, Role: operator, Scope: of.ID}, err)
	f := &protect.Failure{Code: out.Code, Text: out.Text}
	explain(f, rights(r))
	switch {
	case f.Approval:
		out.Kind, out.Code, out.Hint = bridge.Denied, protect.CodeNeedsApproval, f.Hint
	case out.Code == "AuthorizationFailed":
		out.Code = protect.CodeUnauthorized
	case len(f.Missing) > 0:
		out.Kind, out.Code, out.Hint = bridge.Denied, protect.CodeUnauthorized, f.Hint
	}
	return out
}

// Find implements protect.Restorer. A vault's job says which item it is about, sometimes where it restores to, and nothing of who
// asked: the newest that fits counts.
func (v *Vaults) Find(ctx context.Context, r protect.Request, since time.Time) (protect.Operation, bool, error) {
	of := vaultAt(r.Item)
	var newest protect.Job
	for j, err := range read(v.directJobs(ctx, of), row.job) {
		if err != nil {
			return protect.Operation{}, false, err
		}
		same := protect.Same(j.Item, r.Item.ID)
		if j.Item == "" { // Recovery Services vaults name it only
			same = j.Workload == r.Item.Workload && j.Entity == r.Item.Name
		}
		if j.Destination != "" && !strings.EqualFold(path.Base(j.Destination), path.Base(r.Target.Account)) {
			continue
		}
		if same && j.Restores() && !j.Started.Before(since) && j.Started.After(newest.Started) {
			newest = j
		}
	}
	if newest.ID == "" {
		return protect.Operation{}, false, nil
	}
	op := protect.Operation{Act: protect.Restore, Phase: protect.InJob, System: of.System, Vault: of.ID, Job: newest.ID, Began: newest.Started, Rights: rights(r)}
	settle(&op, newest)
	return op, true, nil
}

// Cancel implements protect.Restorer.
func (v *Vaults) Cancel(ctx context.Context, o protect.Operation) error {
	of := vaultAt(protect.Item{ID: o.Vault})
	if o.Phase != protect.InJob {
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopARM, Code: "not_running", Text: "the restore has no running job to be cancelled", Hint: "follow it until it has one"}
	}
	if o.System == protect.BackupVault {
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopARM, Code: "not_cancellable", Text: "a Backup vault cannot cancel a restore: job " + jobName(o.Job) + " runs to its end",
			Hint: "let it end: it writes to the staging account only",
		}
	}
	s, _, err := v.clients(of)
	if err == nil {
		_, err = s.NewJobCancellationsClient().Trigger(ctx, of.Name, of.Group, jobName(o.Job), nil)
	}
	if err != nil {
		return rest.Refusal(ctx, rest.Attempt{Hop: bridge.HopARM, What: "cancel job " + jobName(o.Job), Role: operator, Scope: of.ID}, err)
	}
	return nil
}
