package vaults

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/landbridge/landbridge/internal/azure/rest"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// Follow implements protect.Restorer.
func (v *Vaults) Follow(ctx context.Context, o protect.Operation) (protect.Operation, error) {
	var err error
	switch o.Phase {
	case protect.InOperation:
		err = v.followOperation(ctx, &o)
	case protect.InJob:
		err = v.followJob(ctx, &o)
	}
	if err == nil && o.Phase != protect.Done && o.Wait == 0 {
		// A job that has only begun may be over soon; one that has taken an hour is not looked at every second.
		o.Wait = min(v.o.Poll, max(time.Second, v.o.Clock().Sub(o.Began)/4))
	}
	return o, err
}

// status is what an operation's URLs answer: the status at the first, the bare result at the second.
type status struct {
	Status     string `json:"status"`
	Error      *fault `json:"error"`
	JobID      string `json:"jobId"`
	Properties struct {
		JobID      string `json:"jobId"`
		Validation struct {
			Results []fault `json:"validationResults"`
		} `json:"validateOperationResponse"`
	} `json:"properties"`
}

func (v *Vaults) followOperation(ctx context.Context, o *protect.Operation) error {
	code, s, err := v.look(ctx, o, first(o.StatusURL, o.ResultURL))
	if err != nil {
		return err
	}
	switch {
	case o.StatusURL == "" && code == http.StatusAccepted:
		s.Status = "InProgress"
	case o.StatusURL == "":
		s.Status = "Succeeded"
	}
	o.Raw, o.State = s.Status, protect.JobStateOf(s.Status)
	if o.State == protect.Unclear || !o.State.Over() {
		return nil
	}
	for _, f := range s.Properties.Validation.Results {
		if s.Error == nil && !strings.EqualFold(f.Code, "Success") {
			s.Error = &f
		}
	}
	if s.Error != nil || o.State == protect.Failed || o.State == protect.Cancelled {
		v.failed(o, s.Error)
		return nil
	}
	if o.Act == protect.Validate {
		v.done(o)
		return nil
	}
	return v.nameJob(ctx, o, s)
}

// nameJob goes on to the job: a restore's operation that succeeded has only made one.
func (v *Vaults) nameJob(ctx context.Context, o *protect.Operation, s status) error {
	job := first(s.Properties.JobID, s.JobID)
	if job == "" && o.StatusURL != "" && o.ResultURL != "" {
		_, result, err := v.look(ctx, o, o.ResultURL)
		if err != nil {
			return err
		}
		job = first(result.JobID, result.Properties.JobID)
	}
	if job == "" {
		return &bridge.Error{
			Kind: bridge.Unreachable, Hop: bridge.HopARM, Code: "job_unnamed", Text: "the vault calls the restore begun and names no job to follow it by",
			Hint: "look for it among the vault's jobs: landbridge backup ls --jobs",
		}
	}
	if !strings.Contains(job, "/") {
		job = o.Vault + "/backupJobs/" + job
	}
	o.Phase, o.Job, o.State, o.Wait = protect.InJob, job, protect.Running, 0
	return nil
}

func (v *Vaults) followJob(ctx context.Context, o *protect.Operation) error {
	of := vaultAt(protect.Item{ID: o.Vault})
	a := inVault("read job "+jobName(o.Job), of)
	s, d, err := v.clients(of)
	if err != nil {
		return rest.Refusal(ctx, a, err)
	}
	var resource json.Marshaler
	var answer *http.Response
	ctx = policy.WithCaptureResponse(ctx, &answer)
	if s != nil {
		got, failed := s.NewJobDetailsClient().Get(ctx, of.Name, of.Group, jobName(o.Job), nil)
		resource, err = got.JobResource, failed
	} else {
		got, failed := d.NewJobsClient().Get(ctx, of.Group, of.Name, jobName(o.Job), nil)
		resource, err = got.AzureBackupJobResource, failed
	}
	if err != nil {
		return rest.Refusal(ctx, a, err)
	}
	r, err := again[row](resource)
	if err != nil {
		return err
	}
	j, err := r.job()
	if err != nil {
		return err
	}
	settle(o, j)
	o.Wait = rest.RetryAfter(answer.Header)
	if j.State.Over() {
		o.Wait = 0
	}
	return nil
}

// settle writes what a job says into the operation.
func settle(o *protect.Operation, j protect.Job) {
	o.State, o.Raw, o.Progress, o.Bytes, o.Failure = j.State, j.Raw, j.Progress, j.Bytes, j.Failure
	if !j.State.Over() {
		return
	}
	o.Phase, o.Ended = protect.Done, j.Ended
	if o.Failure != nil {
		explain(o.Failure, o.Rights)
	}
	if o.Failure == nil && j.State == protect.Cancelled {
		o.Failure = &protect.Failure{Code: "job_cancelled", Text: "the job was cancelled"}
	}
}

func (v *Vaults) done(o *protect.Operation) {
	o.Phase, o.State, o.Ended, o.Wait = protect.Done, protect.Succeeded, v.o.Clock().UTC(), 0
}

func (v *Vaults) failed(o *protect.Operation, why *fault) {
	v.done(o)
	o.State = protect.Failed
	if why == nil {
		why = &fault{Code: "operation_failed", Message: "the vault gives no reason"}
	}
	o.Failure = why.failure()
	explain(o.Failure, o.Rights)
}

// look reads one of an operation's URLs, with the SDK's own pipeline. The transport refuses another host than Resource Manager's.
func (v *Vaults) look(ctx context.Context, o *protect.Operation, url string) (int, status, error) {
	a := rest.Attempt{Hop: bridge.HopARM, What: "follow the operation of vault " + jobName(o.Vault), Role: reader, Scope: o.Vault}
	client, err := arm.NewClient("vaults", "v1.0.0", v.o.Manager.Credential, v.o.Manager.Options)
	if err != nil {
		return 0, status{}, rest.Refusal(ctx, a, err)
	}
	req, err := runtime.NewRequest(ctx, http.MethodGet, url)
	if err != nil {
		return 0, status{}, rest.Refusal(ctx, a, err)
	}
	resp, err := client.Pipeline().Do(req)
	if err != nil {
		return 0, status{}, rest.Refusal(ctx, a, err)
	}
	defer resp.Body.Close()
	o.Wait = rest.RetryAfter(resp.Header)
	if !runtime.HasStatusCode(resp, http.StatusOK, http.StatusAccepted, http.StatusNoContent) {
		return 0, status{}, rest.Refusal(ctx, a, runtime.NewResponseError(resp))
	}
	var s status
	if body, err := runtime.Payload(resp); err == nil && len(body) > 0 {
		if err := json.Unmarshal(body, &s); err != nil {
			return 0, status{}, malformed(url, err)
		}
	}
	return resp.StatusCode, s, nil
}
