package keyvault

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Version is one version of a secret, without its value.
type Version struct {
	ID          string // 32 hexadecimal digits
	Enabled     bool
	Created     time.Time // to the second
	NotBefore   time.Time // zero: at once
	Expires     time.Time // zero: never
	ContentType string
	Tags        map[string]string
}

// Secret is a version with its value.
type Secret struct {
	Version
	Value bridge.Secret
}

// Secret reads a secret by its reference, https://VAULT.vault.azure.net/secrets/NAME[/VERSION]. Key Vault itself gives out what has
// expired or is not valid yet (https://github.com/Azure/AzureKeyVault/issues/19); it is refused here.
func (c *Client) Secret(ctx context.Context, reference string) (Secret, error) {
	r, client, err := c.secret(reference)
	if err != nil {
		return Secret{}, err
	}
	at := attempt{r, "read", roleRead}
	answer, err := client.GetSecret(ctx, r.Name, r.Version, nil)
	if missing(err) {
		return Secret{}, c.gone(ctx, client, at, err)
	}
	if err != nil {
		return Secret{}, at.refusal(ctx, err)
	}
	if answer.ID == nil || answer.Value == nil || answer.Attributes == nil {
		return Secret{}, badAnswer(at, "not a secret")
	}
	out := Secret{Value: bridge.NewSecret(*answer.Value), Version: versionOf(string(*answer.ID), answer.Attributes, answer.ContentType, answer.Tags)}
	if why, code := out.unusable(c.options.Clock()); code != "" {
		return Secret{}, refused(code, fmt.Sprintf("cannot read secret %s of vault %s: version %s %s", r.Name, r.Vault(), out.ID, why),
			"rotate it, or set another expiry: az keyvault secret set-attributes --vault-name "+r.Vault()+" --name "+r.Name+" --expires TIME")
	}
	return out, nil
}

func (c *Client) secret(reference string) (Reference, *azsecrets.Client, error) {
	r, err := ParseReference(reference, KindSecret)
	if err != nil {
		return Reference{}, nil, err
	}
	client, err := c.secretClient(r)
	return r, client, err
}

// unusable says why a version is not for use now; the code is "" when it is.
func (v Version) unusable(now time.Time) (why, code string) {
	const form = "2006-01-02T15:04:05Z"
	switch {
	case !v.Expires.IsZero() && !now.Before(v.Expires):
		return "expired at " + v.Expires.UTC().Format(form), "SecretExpired"
	case now.Before(v.NotBefore):
		return "is not valid before " + v.NotBefore.UTC().Format(form), "SecretNotYetValid"
	}
	return "", ""
}

// gone looks whether a secret that is not there was deleted and can be had back. Who may not know gets the plain refusal.
func (c *Client) gone(ctx context.Context, client *azsecrets.Client, at attempt, err error) error {
	out := at.refusal(ctx, err)
	deleted, err := client.GetDeletedSecret(ctx, at.Name, nil)
	if err != nil {
		return out
	}
	out.Code, out.Text = "SecretDeleted", fmt.Sprintf("cannot read secret %s of vault %s: it was deleted", at.Name, at.Vault())
	if deleted.ScheduledPurgeDate != nil {
		out.Text += " and is kept until " + deleted.ScheduledPurgeDate.UTC().Format(time.DateOnly)
	}
	out.Hint = at.recovery()
	return out
}

// Versions are all versions of a secret, the newest first.
func (c *Client) Versions(ctx context.Context, reference string) ([]Version, error) {
	r, client, err := c.secret(reference)
	if err != nil {
		return nil, err
	}
	return versions(ctx, client, r)
}

func versions(ctx context.Context, client *azsecrets.Client, r Reference) ([]Version, error) {
	var out []Version
	for pages := client.NewListSecretPropertiesVersionsPager(r.Name, nil); pages.More(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, attempt{r, "list the versions of", roleRead}.refusal(ctx, err)
		}
		for _, v := range page.Value {
			if v != nil && v.ID != nil && v.Attributes != nil {
				out = append(out, versionOf(string(*v.ID), v.Attributes, v.ContentType, v.Tags))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Version) int { return b.Created.Compare(a.Created) })
	return out, nil
}

func versionOf(id string, a *azsecrets.SecretAttributes, contentType *string, tags map[string]*string) Version {
	v := Version{
		ID: lastOf(id), Enabled: a.Enabled == nil || *a.Enabled, Created: timeOf(a.Created), NotBefore: timeOf(a.NotBefore), Expires: timeOf(a.Expires),
		Tags: map[string]string{},
	}
	if contentType != nil {
		v.ContentType = *contentType
	}
	for key, value := range tags {
		if value != nil {
			v.Tags[key] = *value
		}
	}
	return v
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
