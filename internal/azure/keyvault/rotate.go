package keyvault

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/landbridge/landbridge/internal/bridge"
)

// A secret is rotated in two steps, between which two versions are good: Rotate sets the new one, and when every consumer has it,
// Retire disables those before it. Key Vault keeps them, so that the second step can be taken back.

// RotationTag is the tag of a version that Rotate made, with the rotation's id: by it a second try finds what the first one did.
const RotationTag = "rotation-id"

// Age is how old the current version of a secret is, and whether policy wants another.
type Age struct {
	Version Version
	Age     time.Duration
	Since   time.Time // when it became due; zero where it is not
}

// Due says whether a version must be rotated.
func (a Age) Due() bool { return !a.Since.IsZero() }

// Age looks at the newest enabled version: it is due when it is as old as rotateEvery, or has expired. With 0, any age is well.
func (c *Client) Age(ctx context.Context, reference string, rotateEvery time.Duration) (Age, error) {
	r, client, err := c.secret(reference)
	if err != nil {
		return Age{}, err
	}
	all, err := versions(ctx, client, r)
	if err != nil {
		return Age{}, err
	}
	i := slices.IndexFunc(all, func(v Version) bool { return v.Enabled })
	if i < 0 {
		return Age{}, refused("SecretDisabled", fmt.Sprintf("secret %s of vault %s has no version that is enabled", r.Name, r.Vault()), "rotate it, or enable one")
	}
	now, v := c.options.Clock(), all[i]
	return Age{Version: v, Age: now.Sub(v.Created), Since: Policy{Every: rotateEvery}.since(v, now)}, nil
}

// Rotation is one rotation of a secret.
type Rotation struct {
	Reference string // without a version
	// ID is the same in every try of one rotation, such as the id of its run.
	ID string
	// New makes the new value, and is not called where an earlier try has set it: Random, or what a program made at the target.
	New func(ctx context.Context) (bridge.Secret, error)
	// Life of the new version; 0 is without an end.
	Life time.Duration
}

// Step is one thing that was done to a version, for the record.
type Step struct {
	Do      string // set, disable
	Version string
	Already bool // an earlier try did it
}

// The steps.
const (
	StepSet     = "set"
	StepDisable = "disable"
)

// Rotate sets a new version, with the content type and the tags of the one before, which stays enabled. A rotation whose version is
// there changes nothing. Two processes must not try the same rotation at once: Key Vault has no precondition for it.
func (c *Client) Rotate(ctx context.Context, o Rotation) ([]Step, error) {
	r, client, err := c.secret(o.Reference)
	if err != nil {
		return nil, err
	}
	if err := o.check(r); err != nil {
		return nil, err
	}
	all, err := versions(ctx, client, r)
	if err != nil {
		return nil, err
	}
	if i := made(all, o.ID); i >= 0 {
		return []Step{{Do: StepSet, Version: all[i].ID, Already: true}}, nil
	}
	value, err := o.New(ctx)
	if err != nil {
		return nil, err
	}
	if value.Empty() {
		return nil, refused("value_refused", fmt.Sprintf("the new value of secret %s is empty", r.Name), "look at what makes it")
	}
	return c.set(ctx, client, r, o, all, value)
}

func (o Rotation) check(r Reference) error {
	const longest = 256 // of a tag's value
	switch {
	case r.Version != "":
		return refused("reference_malformed", fmt.Sprintf("version %s of secret %s cannot be rotated", r.Version, r.Name), "leave the version out: a new one takes its place")
	case o.ID == "" || len(o.ID) > longest || strings.TrimSpace(o.ID) != o.ID:
		return refused("rotation_refused", "a rotation needs an id of 1 to 256 characters", "give it the run's")
	case o.New == nil:
		return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "incomplete", Text: "a rotation needs what makes the new value"}
	}
	return nil
}

func (c *Client) set(ctx context.Context, client *azsecrets.Client, r Reference, o Rotation, all []Version, value bridge.Secret) ([]Step, error) {
	p := azsecrets.SetSecretParameters{Value: to.Ptr(value.Reveal()), Tags: map[string]*string{}, SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(true)}}
	if len(all) > 0 {
		for key, tag := range all[0].Tags {
			p.Tags[key] = to.Ptr(tag)
		}
		if all[0].ContentType != "" {
			p.ContentType = to.Ptr(all[0].ContentType)
		}
	}
	p.Tags[RotationTag] = to.Ptr(o.ID)
	if o.Life > 0 {
		p.SecretAttributes.Expires = to.Ptr(c.options.Clock().Add(o.Life).UTC().Truncate(time.Second))
	}
	at := attempt{r, "set", roleOfficer}
	answer, err := client.SetSecret(ctx, r.Name, p, nil)
	if err != nil {
		return nil, without(value, at.refusal(ctx, err))
	}
	if answer.ID == nil || !versionForm().MatchString(lastOf(string(*answer.ID))) {
		return nil, badAnswer(at, "without the new version's id")
	}
	return []Step{{Do: StepSet, Version: lastOf(string(*answer.ID))}}, nil
}

// without keeps a value out of an error, should a service repeat what it was sent.
func without(value bridge.Secret, e *bridge.Error) *bridge.Error {
	e.Text = strings.ReplaceAll(e.Text, value.Reveal(), "[redacted]")
	e.Hint = strings.ReplaceAll(e.Hint, value.Reveal(), "[redacted]")
	if e.Cause != nil && strings.Contains(e.Cause.Error(), value.Reveal()) {
		e.Cause = nil
	}
	return e
}

// Retire disables every version that is older than the rotation's. The steps that were done are returned with an error too.
func (c *Client) Retire(ctx context.Context, reference, rotationID string) ([]Step, error) {
	r, client, err := c.secret(reference)
	if err != nil {
		return nil, err
	}
	all, err := versions(ctx, client, r)
	if err != nil {
		return nil, err
	}
	i := made(all, rotationID)
	if i < 0 || !all[i].Enabled {
		return nil, refused("rotation_incomplete", fmt.Sprintf("secret %s of vault %s has no enabled version of rotation %q: nothing is disabled", r.Name, r.Vault(), rotationID), "rotate it first")
	}
	var steps []Step
	for _, v := range slices.Backward(all) {
		if v.ID == all[i].ID || v.Created.After(all[i].Created) {
			continue
		}
		if v.Enabled {
			off := azsecrets.UpdateSecretPropertiesParameters{SecretAttributes: &azsecrets.SecretAttributes{Enabled: to.Ptr(false)}}
			if _, err := client.UpdateSecretProperties(ctx, r.Name, v.ID, off, nil); err != nil {
				return steps, attempt{r.at(v.ID), "disable", roleOfficer}.refusal(ctx, err)
			}
		}
		steps = append(steps, Step{Do: StepDisable, Version: v.ID, Already: !v.Enabled})
	}
	return steps, nil
}

// made is the index of the version that a rotation made; -1 when there is none.
func made(all []Version, rotation string) int {
	return slices.IndexFunc(all, func(v Version) bool { return rotation != "" && v.Tags[RotationTag] == rotation })
}

// Random makes values of n random bytes, base64url without padding (RFC 4648 section 5). Fewer than 16 bytes are refused.
func Random(n int) func(context.Context) (bridge.Secret, error) {
	return func(context.Context) (bridge.Secret, error) {
		const fewest, most = 16, 4096
		if n < fewest || n > most {
			return bridge.Secret{}, refused("value_refused", fmt.Sprintf("a random value of %d bytes is out of 16 to 4096", n), "take 32")
		}
		b := make([]byte, n)
		_, _ = rand.Read(b) // never fails since Go 1.24
		return bridge.NewSecret(base64.RawURLEncoding.EncodeToString(b)), nil
	}
}
