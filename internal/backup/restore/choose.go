package restore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/protect"
)

// Wish is what somebody wants back: the state at a time, or exactly one point. Both empty is the newest point.
type Wish struct {
	At    time.Time
	Point string // name or id
}

// Way is how the bytes of a choice are reached.
type Way string

// The ways.
const (
	InPlace   Way = "in-place"   // versions that the account keeps are read as of the time: nothing is restored
	Snapshot  Way = "snapshot"   // the point of a share is a snapshot that can be read
	FromVault Way = "from-vault" // the vault brings them to a staging account
)

// Choice is the state that is had back.
type Choice struct {
	Way   Way           `json:"way"`
	At    time.Time     `json:"at"` // the state is of then
	Point protect.Point `json:"point,omitzero"`
}

// Choose finds the state that fits a wish best: within a range of operational backup the very time; else the newest point that is not
// after it, and that can be had without waiting for an archive. A refusal names the points nearest to the wish.
func Choose(ctx context.Context, h protect.History, i protect.Item, w Wish, now time.Time) (Choice, error) {
	if !w.At.IsZero() && w.At.After(now) {
		return Choice{}, refuse("in_the_future", "nobody can restore the state of "+stamp(w.At)+": it is yet to come", "name a time before "+stamp(now))
	}
	if w.Point == "" && !w.At.IsZero() {
		if in, err := continuous(ctx, h, i, w.At); err != nil || in {
			return Choice{Way: InPlace, At: w.At.UTC()}, err
		}
	}
	var c chooser
	for p, err := range h.Points(ctx, i, protect.Range{}) {
		if err != nil {
			return Choice{}, err
		}
		c.see(p, w, now)
	}
	switch {
	case w.Point != "" && !c.named:
		return Choice{}, refuse(protect.CodeNoPoint, i.Name+" has no recovery point "+w.Point, c.nearest())
	case c.best.ID == "":
		return Choice{}, c.refusal(i, w)
	}
	return Choice{Way: wayOf(c.best), At: c.best.Time.UTC(), Point: c.best}, nil
}

// continuous says whether a moment lies in a range of operational backup.
func continuous(ctx context.Context, h protect.History, i protect.Item, at time.Time) (bool, error) {
	for r, err := range h.Ranges(ctx, i, protect.Range{}) {
		if err != nil {
			return false, err
		}
		if r.Contains(at) {
			return true, nil
		}
	}
	return false, nil
}

// wayOf is how a point is reached. A snapshot is nearer than the vault.
func wayOf(p protect.Point) Way {
	if _, near := p.Copy(protect.Operational); near && p.Snapshot != "" {
		return Snapshot
	}
	return FromVault
}

// usable says whether a point can be had now, or why not.
func usable(p protect.Point, now time.Time) (why string, ok bool) {
	_, vaulted := p.Copy(protect.InVault)
	archived, inArchive := p.Copy(protect.Archive)
	switch {
	case p.Deleted:
		return "soft-deleted", false
	case wayOf(p) == Snapshot, vaulted, inArchive && now.Before(archived.Rehydrated):
		return "", true
	case inArchive:
		return "archived", false
	case len(p.Copies) == 0:
		return "expired", false
	}
	return "snapshot of a disk", false
}

// chooser keeps what a choice among points needs: no list of them all.
type chooser struct {
	best          protect.Point
	named         bool          // the point that was asked for is there
	refused       protect.Point // newest not after the wish that cannot be had
	why           string
	before, after protect.Point // nearest to the wish that can be had
}

func (c *chooser) see(p protect.Point, w Wish, now time.Time) {
	why, ok := usable(p, now)
	late := !w.At.IsZero() && p.Time.After(w.At)
	wanted := !late
	if w.Point != "" {
		wanted = p.Name == w.Point || protect.Same(p.ID, w.Point)
		c.named = c.named || wanted
	}
	switch {
	case ok && wanted:
		c.best = newer(c.best, p)
	case wanted:
		if c.refused = newer(c.refused, p); c.refused.ID == p.ID {
			c.why = why
		}
	}
	if ok && late && (c.after.ID == "" || p.Time.Before(c.after.Time)) {
		c.after = p
	}
	if ok && !late {
		c.before = newer(c.before, p)
	}
}

func newer(a, b protect.Point) protect.Point {
	if a.ID == "" || b.Time.After(a.Time) {
		return b
	}
	return a
}

// refusal says why there is no choice.
func (c *chooser) refusal(i protect.Item, w Wish) error {
	if c.refused.ID != "" {
		text, code := fmt.Sprintf("the recovery point of %s of %s is %s", stamp(c.refused.Time), i.Name, c.why), protect.CodeNoPoint
		hint := c.nearest()
		switch c.why {
		case "archived":
			code = protect.CodeArchived
			hint = "rehydrate it in the portal, which takes up to 15 hours; or " + hint
		case "soft-deleted":
			code = protect.CodeDeleted
			hint = "undelete the item first; or " + hint
		}
		return refuse(code, text, hint)
	}
	if w.At.IsZero() {
		return refuse(protect.CodeNoPoint, i.Name+" has no recovery point", "wait for its first backup: landbridge backup ls")
	}
	return refuse(protect.CodeNoPoint, i.Name+" has no recovery point at or before "+stamp(w.At), c.nearest())
}

// nearest names the points that could be had instead.
func (c *chooser) nearest() string {
	var near []string
	for _, p := range []protect.Point{c.before, c.after} {
		if p.ID != "" {
			near = append(near, fmt.Sprintf("--recovery-point %s of %s", p.Name, stamp(p.Time)))
		}
	}
	if near == nil {
		return "no other point can be had: landbridge backup ls"
	}
	return "nearest are " + strings.Join(near, " and ")
}

func refuse(code, text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopARM, Code: code, Text: text, Hint: hint}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
