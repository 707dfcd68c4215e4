package sandbox

import (
	"net/http"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/blobapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// putStorageAccount makes a storage account of the demo subscription, or changes what one keeps.
func (a *admin) putStorageAccount(r *http.Request) (any, error) {
	req, err := body[struct {
		Versioning   bool `json:"versioning"`
		Hierarchical bool `json:"hierarchical"`
		Retention    int  `json:"retention_days"`
		ChangeFeed   bool `json:"change_feed"`
	}](r)
	if err != nil {
		return nil, err
	}
	if req.Retention < 0 {
		return nil, badAdmin("retention_days must not be negative")
	}
	name := r.PathValue("account")
	account, err := a.world.StorageAccount(name)
	if err != nil {
		account = world.StorageAccount{Name: name, TenantID: tenantID, ResourceID: groupScope + "/providers/Microsoft.Storage/storageAccounts/" + name}
	}
	account.Versioning, account.Hierarchical, account.Retention, account.ChangeFeed = req.Versioning, req.Hierarchical, req.Retention, req.ChangeFeed
	a.world.AddStorageAccount(account)
	return map[string]string{"resource_id": account.ResourceID}, nil
}

// blobEvent lets something happen to a blob at a time of its own: a write, delete, undelete or snapshot.
func (a *admin) blobEvent(r *http.Request) (any, error) {
	req, err := body[struct {
		Account   string            `json:"account"`
		Container string            `json:"container"`
		Blob      string            `json:"blob"`
		At        time.Time         `json:"at"`
		Act       blobapi.Act       `json:"act"`
		Kind      string            `json:"kind"`
		Data      []byte            `json:"data"`
		BlockSize int               `json:"block_size"`
		Metadata  map[string]string `json:"metadata"`
		Tier      string            `json:"tier"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, a.blobs.Apply(blobapi.Seed{
		Account: req.Account, Container: req.Container, Blob: req.Blob, At: req.At, Act: req.Act, Kind: req.Kind,
		Data: req.Data, BlockSize: req.BlockSize, Metadata: req.Metadata, Tier: req.Tier,
	})
}

// rotBlob changes one byte of a blob and says so nowhere.
func (a *admin) rotBlob(r *http.Request) (any, error) {
	req, err := body[struct {
		Account   string `json:"account"`
		Container string `json:"container"`
		Blob      string `json:"blob"`
		Version   string `json:"version"` // or the time of a snapshot; the blob as it is when empty
		Offset    int64  `json:"offset"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, a.blobs.Rot(req.Account, req.Container, req.Blob, req.Version, req.Offset)
}

// blobFault makes some calls about blobs go wrong.
func (a *admin) blobFault(r *http.Request) (any, error) {
	req, err := body[struct {
		Method     string `json:"method"`
		Query      string `json:"query"`
		Account    string `json:"account"`
		Container  string `json:"container"`
		Prefix     string `json:"prefix"`
		Times      int    `json:"times"`
		Skip       int    `json:"skip"`
		Status     int    `json:"status"`
		Code       string `json:"code"`
		RetryAfter string `json:"retry_after"`
		Cut        int64  `json:"cut"`
		Flip       int64  `json:"flip"`
		Lost       bool   `json:"lost"`
	}](r)
	if err != nil {
		return nil, err
	}
	f := blobapi.Fault{
		Method: req.Method, Query: req.Query, Account: req.Account, Container: req.Container, Prefix: req.Prefix, Times: req.Times, Skip: req.Skip,
		Status: req.Status, Code: req.Code, Cut: req.Cut, Flip: req.Flip, Lost: req.Lost,
	}
	if req.RetryAfter != "" {
		if f.RetryAfter, err = time.ParseDuration(req.RetryAfter); err != nil || f.RetryAfter < 0 {
			return nil, badAdmin("retry_after %q is not a duration like 2s", req.RetryAfter)
		}
	}
	a.blobs.Inject(f)
	return nil, nil
}

func (a *admin) healBlobs(*http.Request) (any, error) {
	a.blobs.Heal()
	return nil, nil
}
