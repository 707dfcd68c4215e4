package transfer

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"net/http"

	"google.golang.org/api/storagetransfer/v1"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// Identity is the Entra application as which the service reads the container. It trusts the service's agent by a federated credential.
type Identity struct {
	ClientID string `json:"client_id"`
	TenantID string `json:"tenant_id"`
}

// Order is one copy of a dataset.
type Order struct {
	Dataset, Run string        // they make the job's name, so that a second try finds the first one's job
	Source       dataset.Place // a Blob container, and a prefix
	Identity     Identity
	Target       dataset.Place // a bucket, and a prefix
	// Manifest names the objects that are copied, gs://BUCKET/OBJECT: what WriteManifest wrote. Without it, all of the source is.
	Manifest string
	// Spent is an operation that ended badly: another one is run. "" is none.
	Spent string
}

// Handover is what a job row keeps of an order.
type Handover struct {
	Job       string `json:"job"`       // transferJobs/lb-DATASET-RUN
	Operation string `json:"operation"` // transferOperations/...
}

// WriteManifest writes the names of objects, below the source's prefix, as Storage Transfer Service reads them: CSV, one name a line
// (https://cloud.google.com/storage-transfer/docs/manifest).
func WriteManifest(w io.Writer, names iter.Seq2[string, error]) error {
	out := csv.NewWriter(w)
	for name, err := range names {
		if err != nil {
			return err
		}
		if err := out.Write([]string{name}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Start makes the job and runs it, once: an order whose job is there goes on with its last operation, unless that is the spent one.
func (c *Client) Start(ctx context.Context, o Order) (Handover, error) {
	job, err := o.job(c.project)
	if err != nil {
		return Handover{}, err
	}
	made, err := c.service.TransferJobs.Create(job).Context(ctx).Do()
	if statusOf(err) == http.StatusConflict {
		made, err = c.service.TransferJobs.Get(job.Name, c.project).Context(ctx).Do()
		if err == nil {
			err = same(made, job)
		}
	}
	if err != nil {
		return Handover{}, refusal(ctx, "make the transfer job "+job.Name, err)
	}
	if made.LatestOperationName != "" && made.LatestOperationName != o.Spent {
		return Handover{Job: job.Name, Operation: made.LatestOperationName}, nil
	}
	return c.run(ctx, job.Name, o.Spent)
}

// run starts an operation of the job. When somebody else was first, theirs is taken.
func (c *Client) run(ctx context.Context, job, spent string) (Handover, error) {
	operation, err := c.service.TransferJobs.Run(job, &storagetransfer.RunTransferJobRequest{ProjectId: c.project}).Context(ctx).Do()
	if err == nil {
		return Handover{Job: job, Operation: operation.Name}, nil
	}
	if found, again := c.service.TransferJobs.Get(job, c.project).Context(ctx).Do(); again == nil && found.LatestOperationName != "" && found.LatestOperationName != spent {
		return Handover{Job: job, Operation: found.LatestOperationName}, nil
	}
	return Handover{}, refusal(ctx, "run the transfer job "+job, err)
}

var (
	jobForm      = bridge.FormOf(`^transferJobs/[A-Za-z0-9._~-]{0,114}[A-Za-z0-9]$`)
	idForm       = bridge.FormOf(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	manifestForm = bridge.FormOf(`^gs://[a-z0-9._-]{3,222}/.+$`)
)

func (o Order) name() string { return "transferJobs/lb-" + o.Dataset + "-" + o.Run }

// job is the order in the service's words. It has no schedule: it runs when it is told to, and never by itself.
func (o Order) job(project string) (*storagetransfer.TransferJob, error) {
	name := o.name()
	switch {
	case o.Dataset == "" || o.Run == "" || !jobForm().MatchString(name):
		return nil, refused("name_refused", "the dataset and the run make no name of a transfer job", "name the dataset with letters, digits, \"-\", \"_\" and \".\"")
	case o.Source.Store != dataset.Blob || o.Target.Store != dataset.Bucket:
		return nil, refused("place_refused", "storage transfer service copies from a Blob container into a bucket, not from "+string(o.Source.Store)+" to "+string(o.Target.Store), "set the dataset's engine to landbridge")
	case !idForm().MatchString(o.Identity.ClientID) || !idForm().MatchString(o.Identity.TenantID):
		return nil, refused("identity_missing", "the transfer has no Entra application to read the container as", "name its client id and its tenant id")
	case o.Manifest != "" && !manifestForm().MatchString(o.Manifest):
		return nil, refused("manifest_refused", "the list of objects is not in a bucket", "write gs://BUCKET/OBJECT")
	}
	spec := &storagetransfer.TransferSpec{
		AzureBlobStorageDataSource: &storagetransfer.AzureBlobStorageData{
			StorageAccount: o.Source.Account, Container: o.Source.Name, Path: o.Source.Prefix,
			FederatedIdentityConfig: &storagetransfer.FederatedIdentityConfig{ClientId: o.Identity.ClientID, TenantId: o.Identity.TenantID},
		},
		GcsDataSink: &storagetransfer.GcsData{BucketName: o.Target.Name, Path: o.Target.Prefix},
		TransferOptions: &storagetransfer.TransferOptions{
			OverwriteWhen:   "NEVER", // it has no preconditions
			MetadataOptions: &storagetransfer.MetadataOptions{TimeCreated: "TIME_CREATED_PRESERVE_AS_CUSTOM_TIME"},
		},
	}
	if o.Manifest != "" {
		spec.TransferManifest = &storagetransfer.TransferManifest{Location: o.Manifest}
	}
	return &storagetransfer.TransferJob{
		Name: name, ProjectId: project, Status: "ENABLED", Description: "landbridge: dataset " + o.Dataset + ", run " + o.Run, TransferSpec: spec,
		// What was copied is verified object by object, so only what failed is worth a log line.
		LoggingConfig: &storagetransfer.LoggingConfig{LogActions: []string{"FIND", "COPY"}, LogActionStates: []string{"FAILED"}},
	}, nil
}

// same says whether the job that has our name does what we want.
func same(found, wanted *storagetransfer.TransferJob) error {
	differs := func(what string) error {
		return refused("job_differs", "there is a transfer job "+found.Name+" with another "+what, "begin another run, or delete the job: gcloud transfer jobs delete "+found.Name)
	}
	if found.Status == "DELETED" {
		return refused("job_deleted", "the transfer job "+found.Name+" was deleted, and its name is taken for 30 days", "begin another run")
	}
	if found.TransferSpec == nil || found.TransferSpec.AzureBlobStorageDataSource == nil || found.TransferSpec.GcsDataSink == nil {
		return differs("kind of source or target")
	}
	source, target := *found.TransferSpec.AzureBlobStorageDataSource, *found.TransferSpec.GcsDataSink
	ours, theirs := wanted.TransferSpec.AzureBlobStorageDataSource, wanted.TransferSpec.GcsDataSink
	switch {
	case source.StorageAccount != ours.StorageAccount || source.Container != ours.Container || source.Path != ours.Path:
		return differs("source")
	case target.BucketName != theirs.BucketName || target.Path != theirs.Path:
		return differs("target")
	case location(found) != location(wanted):
		return differs("list of objects")
	}
	return nil
}

func location(j *storagetransfer.TransferJob) string {
	if j.TransferSpec.TransferManifest == nil {
		return ""
	}
	return j.TransferSpec.TransferManifest.Location
}

// Cancel ends a transfer. What was copied stays. Without its operation, it is the last one of the order's job, if there is one.
func (c *Client) Cancel(ctx context.Context, o Order, h Handover) error {
	if h.Operation == "" {
		h.Job = o.name()
		found, err := c.service.TransferJobs.Get(h.Job, c.project).Context(ctx).Do()
		if statusOf(err) == http.StatusNotFound {
			return nil
		}
		if err != nil {
			return refusal(ctx, "find the transfer job "+h.Job, err)
		}
		if h.Operation = found.LatestOperationName; h.Operation == "" {
			return nil
		}
	}
	_, err := c.service.TransferOperations.Cancel(h.Operation, &storagetransfer.CancelOperationRequest{}).Context(ctx).Do()
	if err != nil {
		return refusal(ctx, "cancel the transfer "+h.Job, err)
	}
	return nil
}
