package protect

import (
	"context"
	"time"
)

// Request asks for a point back.
type Request struct {
	Vault  Vault  `json:"vault"`
	Item   Item   `json:"item"`
	Point  Point  `json:"point"`
	Target Target `json:"target"`
	// Select takes only these containers, or folders and files of a share; all of the point when empty.
	Select []Selection `json:"select,omitempty"`
}

// Selection is a part of a point.
type Selection struct {
	Path     string   `json:"path"`               // a container; of a file share a folder ("models/") or a file
	Prefixes []string `json:"prefixes,omitempty"` // of a container: only blobs that begin so
}

// Target is the staging account that a restore writes to.
type Target struct {
	Account  string `json:"account"`            // id of the storage account
	Location string `json:"location,omitempty"` // of the account; the vault's when empty
	// Container gets the files of a database; Share, and Folder in it, what a file share had. Blobs come back in containers of
	// their old names.
	Container string `json:"container,omitempty"`
	Share     string `json:"share,omitempty"`
	Folder    string `json:"folder,omitempty"`
	Prefix    string `json:"prefix,omitempty"` // of the names of a database's files
}

// Act is what an operation does.
type Act string

// The acts.
const (
	Validate Act = "validate"
	Restore  Act = "restore"
)

// Phase is how far an operation is. That Azure calls a restore's operation succeeded only means that a job was made; the bytes are
// there when the job is over.
type Phase string

// The phases, in order. A validation has no job.
const (
	InOperation Phase = "operation"
	InJob       Phase = "job"
	Done        Phase = "done"
)

// Operation is a validation or a restore on its way: plain data, so that any process can go on with it.
type Operation struct {
	Act    Act    `json:"act"`
	Phase  Phase  `json:"phase"`
	System System `json:"system"`
	Vault  string `json:"vault"`
	// StatusURL and ResultURL are what the vault gave to follow the operation by (Azure-AsyncOperation, Location).
	StatusURL string `json:"status_url,omitempty"`
	ResultURL string `json:"result_url,omitempty"`
	Job       string `json:"job,omitempty"` // id, once there is one

	State    JobState      `json:"state"`
	Raw      string        `json:"raw_state,omitempty"`
	Progress int           `json:"progress"` // per cent; -1 when the vault does not say
	Bytes    int64         `json:"bytes,omitempty"`
	Began    time.Time     `json:"began"`
	Ended    time.Time     `json:"ended,omitzero"`
	Wait     time.Duration `json:"wait_ns,omitempty"` // until another look is worth while
	Failure  *Failure      `json:"failure,omitempty"`

	// Rights are those that the act needs, by which a refusal is told.
	Rights []Right `json:"rights,omitempty"`
}

// Failure is why an operation or a job did not do what it should.
type Failure struct {
	Code string `json:"code"` // the vault's own
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
	// Missing are the rights without which it cannot be done.
	Missing []Right `json:"missing,omitempty"`
	// Approval says that a Resource Guard wants somebody else's consent first (multi-user authorisation).
	Approval bool `json:"needs_approval,omitempty"`
}

// Right is a role that somebody must have somewhere.
type Right struct {
	Who   string `json:"who"`          // "the vault's identity", "you"
	ID    string `json:"id,omitempty"` // object id, where it is known
	Role  string `json:"role"`
	Scope string `json:"scope"`
}

// String is what people read of a right that is missing.
func (r Right) String() string { return r.Who + " lacks " + r.Role + " on " + r.Scope }

// Restorer brings points back. Every method makes one attempt, waits for nothing but its own answers, and may be called from many
// goroutines and processes.
type Restorer interface {
	// Validate asks whether a restore would be allowed and possible. Follow tells the outcome; rights that are missing are named in
	// its Failure. A point that cannot be restored so is refused at once (CodeNotAutomated, CodeArchived, CodeDeleted).
	Validate(ctx context.Context, r Request) (Operation, error)
	// Restore begins. When it returns, Azure has accepted and not done anything.
	Restore(ctx context.Context, r Request) (Operation, error)
	// Find looks for a restore of the same item that was begun since: by a process that died before it could write down what it had.
	Find(ctx context.Context, r Request, since time.Time) (op Operation, found bool, err error)
	// Follow takes one look. What it returns is the same operation, further on; over when the phase is Done.
	Follow(ctx context.Context, o Operation) (Operation, error)
	// Cancel asks a running job to end. Backup vaults cannot.
	Cancel(ctx context.Context, o Operation) error
}

// Codes of refusals (bridge.Error.Code) that callers tell apart.
const (
	CodeNotAutomated  = "restore_not_automated" // there is a way to the bytes, and a person goes it; Hint says which
	CodeArchived      = "point_archived"
	CodeDeleted       = "item_soft_deleted"
	CodeUnauthorized  = "permission_missing"
	CodeNeedsApproval = "approval_needed"
	CodeNoPoint       = "no_recovery_point"
)
