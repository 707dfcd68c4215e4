package keyvaultapi

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// written is what a request says of a secret.
type written struct {
	Value       *string           `json:"value"`
	ContentType *string           `json:"contentType"`
	Tags        map[string]string `json:"tags"`
	Attributes  struct {
		Enabled *bool  `json:"enabled"`
		NBF     *int64 `json:"nbf"`
		EXP     *int64 `json:"exp"`
	} `json:"attributes"`
}

// to puts what was said into a version.
func (w written) to(v *secretVersion) {
	if w.ContentType != nil {
		v.contentType = *w.ContentType
	}
	if w.Tags != nil {
		v.tags = maps.Clone(w.Tags)
	}
	if a := w.Attributes; a.Enabled != nil {
		v.enabled = *a.Enabled
	}
	if n := w.Attributes.NBF; n != nil {
		v.notBefore = time.Unix(*n, 0)
	}
	if n := w.Attributes.EXP; n != nil {
		v.expires = time.Unix(*n, 0)
	}
}

func (w written) check() *Problem {
	const mostTags, longestTag, longestValue = 15, 256, 25 << 10
	switch {
	case len(w.Tags) > mostTags:
		return badParameter("The number of tags exceeds the maximum of 15.")
	case w.Value != nil && len(*w.Value) > longestValue:
		return badParameter("The secret value length is longer than the maximum of 25600 bytes.")
	case w.Attributes.NBF != nil && w.Attributes.EXP != nil && *w.Attributes.NBF >= *w.Attributes.EXP:
		return badParameter("Property 'exp' must be later than 'nbf'.")
	}
	for key, value := range w.Tags {
		if len(key) > longestTag || len(value) > longestTag {
			return badParameter("The length of a tag exceeds the maximum of 256.")
		}
	}
	return nil
}

var nameForm = bridge.FormOf(`^[0-9A-Za-z-]{1,127}$`)

func (c *call) setSecret() (any, *Problem) {
	var in written
	if p := c.read(&in); p != nil {
		return nil, p
	}
	if p := in.check(); p != nil {
		return nil, p
	}
	switch {
	case !nameForm().MatchString(c.name()):
		return nil, badParameter("The request URI contains an invalid name: " + c.name())
	case in.Value == nil:
		return nil, badParameter("The parameter value is required.")
	case c.kept() != nil:
		p := problem(http.StatusConflict, "Conflict", "Secret "+c.name()+" is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.")
		p.Inner = "ObjectIsDeletedButRecoverable"
		return nil, p
	}
	now := c.store.world.Now()
	v := &secretVersion{id: newVersion(), value: bridge.NewSecret(*in.Value), attributes: attributes{enabled: true, created: now, updated: now}}
	in.to(v)
	c.vault.put(c.name(), v)
	return c.shown(v), nil
}

func (c *call) updateSecret() (any, *Problem) {
	var in written
	if p := c.read(&in); p != nil {
		return nil, p
	}
	if p := in.check(); p != nil {
		return nil, p
	}
	v, p := c.found()
	if p != nil {
		return nil, p
	}
	in.to(v)
	v.updated = c.store.world.Now()
	return c.describe(c.name(), v, true), nil
}

// kept is the deleted secret of the path's name; nil when there is none, or its days are over.
func (c *call) kept() *secret {
	s := c.vault.deleted[c.name()]
	if s != nil && !c.store.world.Now().Before(s.gone) {
		delete(c.vault.deleted, c.name())
		return nil
	}
	return s
}

func (c *call) deleteSecret() (any, *Problem) {
	s := c.vault.secrets[c.name()]
	if s == nil {
		return nil, c.noSecret()
	}
	s.deleted = c.store.world.Now()
	s.gone = s.deleted.Add(keptDays * 24 * time.Hour)
	delete(c.vault.secrets, c.name())
	c.vault.deleted[c.name()] = s
	return c.remains(s), nil
}

// remains is a deleted secret as the API shows it.
func (c *call) remains(s *secret) map[string]any {
	out := c.describe(s.name, s.version(""), true)
	out["recoveryId"] = c.Vault.id("deletedsecrets", s.name)
	out["deletedDate"], out["scheduledPurgeDate"] = s.deleted.Unix(), s.gone.Unix()
	return out
}

func (c *call) listDeleted() (any, *Problem) {
	var items []any
	for _, name := range slices.Sorted(maps.Keys(c.vault.deleted)) {
		items = append(items, c.remains(c.vault.deleted[name]))
	}
	return c.page(items)
}

func (c *call) getDeleted() (any, *Problem) {
	s := c.kept()
	if s == nil {
		return nil, c.noSecret()
	}
	return c.remains(s), nil
}

func (c *call) purgeSecret() (any, *Problem) {
	if c.kept() == nil {
		return nil, c.noSecret()
	}
	delete(c.vault.deleted, c.name())
	return nil, nil
}

func (c *call) recoverSecret() (any, *Problem) {
	s := c.kept()
	if s == nil {
		return nil, c.noSecret()
	}
	s.deleted, s.gone = time.Time{}, time.Time{}
	delete(c.vault.deleted, c.name())
	c.vault.secrets[c.name()] = s
	return c.describe(c.name(), s.version(""), true), nil
}
