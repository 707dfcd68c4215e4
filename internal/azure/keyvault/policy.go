package keyvault

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

// Policy says how old a secret may become, and how long the version before a rotation stays good beside the new one.
type Policy struct {
	Every   time.Duration // 0: a version is due when it has expired, and not before
	Overlap time.Duration
}

// Wanted is what a policy wants of a secret at a moment.
type Wanted struct {
	Do       string // StepSet, StepDisable, or nothing
	Rotation string // id of the rotation
	// Unrecorded is the version of a rotation whose end nobody has marked as recorded: a process died in between. "" of none.
	Unrecorded Version
}

// RecordedTag is the tag of a version whose rotation is in the audit log, with the rotation's id.
const RecordedTag = "rotation-recorded"

// Next is what the policy wants of a secret with these versions, the newest first. It goes by the vault alone, so that it does not matter which
// process asks, nor what became of the one before. A rotation's id is made of the newest version's: another try of it has the same.
func (p Policy) Next(all []Version, now time.Time) Wanted {
	i := slices.IndexFunc(all, func(v Version) bool { return v.Enabled })
	if i < 0 {
		return Wanted{}
	}
	current := all[i]
	out := Wanted{Rotation: current.Tags[RotationTag]}
	if out.Rotation != "" && current.Tags[RecordedTag] != out.Rotation {
		out.Unrecorded = current
	}
	switch {
	case !p.since(current, now).IsZero():
		out.Do, out.Rotation = StepSet, "after-"+all[0].ID
	case out.Rotation != "" && !now.Before(current.Created.Add(p.Overlap)) && slices.ContainsFunc(all[i+1:], func(v Version) bool { return v.Enabled }):
		out.Do = StepDisable
	}
	return out
}

// since is when a version became due; zero when it is not.
func (p Policy) since(v Version, now time.Time) (since time.Time) {
	if p.Every > 0 && now.Sub(v.Created) >= p.Every {
		since = v.Created.Add(p.Every)
	}
	if !v.Expires.IsZero() && !now.Before(v.Expires) && (since.IsZero() || v.Expires.Before(since)) {
		since = v.Expires
	}
	return since
}

// Recorded marks the version of a rotation as one that the audit log knows.
func (c *Client) Recorded(ctx context.Context, reference, rotation string) error {
	r, client, err := c.secret(reference)
	if err != nil {
		return err
	}
	all, err := versions(ctx, client, r)
	if err != nil {
		return err
	}
	i := made(all, rotation)
	if i < 0 {
		return refused("rotation_incomplete", fmt.Sprintf("secret %s of vault %s has no version of rotation %q", r.Name, r.Vault(), rotation), "rotate it first")
	}
	if all[i].Tags[RecordedTag] == rotation {
		return nil
	}
	tags := maps.Clone(all[i].Tags)
	tags[RecordedTag] = rotation
	p := azsecrets.UpdateSecretPropertiesParameters{Tags: map[string]*string{}}
	for key, value := range tags { // they are replaced as a whole
		p.Tags[key] = to.Ptr(value)
	}
	if _, err := client.UpdateSecretProperties(ctx, r.Name, all[i].ID, p, nil); err != nil {
		return attempt{r.at(all[i].ID), "tag", roleOfficer}.refusal(ctx, err)
	}
	return nil
}
