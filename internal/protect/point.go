package protect

import "time"

// Tier is where a point's bytes are.
type Tier string

// The tiers.
const (
	Operational Tier = "operational" // with the source itself: versions, snapshots
	InVault     Tier = "vault"
	Archive     Tier = "archive" // of a vault: hours away
)

// Copy is a point in one tier.
type Copy struct {
	Tier       Tier      `json:"tier"`
	Expiry     time.Time `json:"expiry,omitzero"`
	Rehydrated time.Time `json:"rehydrated_until,omitzero"` // of an archived copy that was brought back for a while
}

// Point is one state of an item that can be had back: a recovery point.
type Point struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Item string    `json:"item"`
	Time time.Time `json:"time"`
	Kind string    `json:"kind"` // Azure's own word: Full, Incremental, Log, CrashConsistent, ...
	// Copies are where the point is now; none when all were deleted.
	Copies  []Copy    `json:"copies"`
	Expiry  time.Time `json:"expiry,omitzero"`
	Deleted bool      `json:"soft_deleted,omitempty"`
	Partial bool      `json:"partial,omitempty"` // only some of what was meant is in it
	// Snapshot is where the point of a file share can be read as it is, with nothing restored; "" when it cannot.
	Snapshot string `json:"snapshot,omitempty"`
}

// Copy finds the point in a tier.
func (p Point) Copy(t Tier) (Copy, bool) {
	for _, c := range p.Copies {
		if c.Tier == t {
			return c, true
		}
	}
	return Copy{}, false
}

// Archived says that the point is in the archive tier and nowhere nearer.
func (p Point) Archived(now time.Time) bool {
	c, archived := p.Copy(Archive)
	_, vaulted := p.Copy(InVault)
	_, near := p.Copy(Operational)
	return archived && !vaulted && !near && !now.Before(c.Rehydrated)
}

// Range is a continuous stretch of time, to each moment of which an item of operational backup can be read or restored.
type Range struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Contains says whether a moment lies in the range, ends included.
func (r Range) Contains(t time.Time) bool { return !t.Before(r.From) && !t.After(r.To) }
