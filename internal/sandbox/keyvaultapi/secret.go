package keyvaultapi

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// secret is a secret with its versions, the oldest first.
type secret struct {
	name          string
	versions      []*secretVersion
	deleted, gone time.Time // of a deleted one, and when it is no more
}

type secretVersion struct {
	id string
	attributes
	value       bridge.Secret
	contentType string
	tags        map[string]string
}

// Secret is a version of a secret as a test wishes it.
type Secret struct {
	Name        string
	Value       bridge.Secret
	Created     time.Time // now when zero
	Expires     time.Time // never when zero
	ContentType string
	Tags        map[string]string
}

// AddSecret makes a secret, or a new version of one, and returns the version.
func (s *Store) AddSecret(vaultName string, in Secret) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vault(vaultName)
	if err != nil {
		return "", err
	}
	if in.Created.IsZero() {
		in.Created = s.world.Now()
	}
	made := &secretVersion{
		id: newVersion(), value: in.Value, contentType: in.ContentType, tags: maps.Clone(in.Tags),
		attributes: attributes{enabled: true, created: in.Created, updated: in.Created, expires: in.Expires},
	}
	v.put(in.Name, made)
	return made.id, nil
}

// AgeSecret makes every version of a secret older than it is.
func (s *Store) AgeSecret(vaultName, name string, by time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vault(vaultName)
	if err != nil {
		return err
	}
	found := v.secrets[name]
	if found == nil {
		return &world.NotFound{Kind: "secret", Name: name}
	}
	for _, version := range found.versions {
		version.created, version.updated = version.created.Add(-by), version.updated.Add(-by)
	}
	return nil
}

func (v *vault) put(name string, made *secretVersion) {
	s := v.secrets[name]
	if s == nil {
		s = &secret{name: name}
		v.secrets[name] = s
	}
	s.versions = append(s.versions, made)
}

func (s *secret) version(id string) *secretVersion {
	if id == "" {
		return s.versions[len(s.versions)-1]
	}
	if i := slices.IndexFunc(s.versions, func(v *secretVersion) bool { return v.id == id }); i >= 0 {
		return s.versions[i]
	}
	return nil
}

func (c *call) found() (*secretVersion, *Problem) {
	if s := c.vault.secrets[c.name()]; s != nil {
		if v := s.version(c.version()); v != nil {
			return v, nil
		}
	}
	return nil, c.noSecret()
}

func (c *call) noSecret() *Problem {
	id := c.name()
	if v := c.version(); v != "" {
		id += "/" + v
	}
	return problem(http.StatusNotFound, "SecretNotFound", "A secret with (name/id) "+id+" was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182")
}

// describe is a version without its value.
func (c *call) describe(name string, v *secretVersion, withVersion bool) map[string]any {
	id := c.Vault.id("secrets", name)
	if withVersion {
		id += "/" + v.id
	}
	out := map[string]any{"id": id, "attributes": v.form()}
	if v.contentType != "" {
		out["contentType"] = v.contentType
	}
	if v.tags != nil {
		out["tags"] = v.tags
	}
	return out
}

func (c *call) shown(v *secretVersion) map[string]any {
	out := c.describe(c.name(), v, true)
	out["value"] = v.value.Reveal()
	return out
}

// getSecret gives out what is enabled, also when it has expired: the vault's dates are for clients to keep
// (https://github.com/Azure/AzureKeyVault/issues/19).
func (c *call) getSecret() (any, *Problem) {
	v, p := c.found()
	if p != nil {
		return nil, p
	}
	if !v.enabled {
		return nil, disabled("get", "secret")
	}
	return c.shown(v), nil
}

func (c *call) listSecrets() (any, *Problem) {
	var items []any
	for _, name := range slices.Sorted(maps.Keys(c.vault.secrets)) {
		items = append(items, c.describe(name, c.vault.secrets[name].version(""), false))
	}
	return c.page(items)
}

func (c *call) listSecretVersions() (any, *Problem) {
	s := c.vault.secrets[c.name()]
	if s == nil {
		return nil, c.noSecret()
	}
	var items []any
	for _, v := range byID(s.versions, func(v *secretVersion) string { return v.id }) {
		items = append(items, c.describe(c.name(), v, true))
	}
	return c.page(items)
}
