package keyvaultapi

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Suffix of the hosts of production.
const Suffix = ".vault.azure.net"

// Vault is a vault as a test wishes it. It goes by roles and keeps what is deleted for 90 days.
type Vault struct {
	Name       string
	TenantID   string
	ResourceID string // /subscriptions/…/providers/Microsoft.KeyVault/vaults/NAME
	Location   string
}

// Store holds the vaults. It is safe for use from many goroutines.
type Store struct {
	world *world.World

	mu     sync.Mutex
	vaults map[string]*vault // by name
}

type vault struct {
	Vault
	keys    map[string]*key
	secrets map[string]*secret
	deleted map[string]*secret
}

// NewStore returns a store without vaults.
func NewStore(w *world.World) *Store { return &Store{world: w, vaults: map[string]*vault{}} }

// AddVault makes a vault; one that is there is emptied.
func (s *Store) AddVault(v Vault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vaults[v.Name] = &vault{Vault: v, keys: map[string]*key{}, secrets: map[string]*secret{}, deleted: map[string]*secret{}}
}

// vault finds one by its name. The lock must be held.
func (s *Store) vault(name string) (*vault, error) {
	v := s.vaults[name]
	if v == nil {
		return nil, &world.NotFound{Kind: "vault", Name: name}
	}
	return v, nil
}

// Target is the vault that a request is for.
type Target struct {
	Vault Vault
	Path  string // behind the vault
	Base  string // of the address under which the caller has reached it
}

// Target reads the vault out of host, or else out of the path as emulators take it; false when there is none.
func (s *Store) Target(r *http.Request) (Target, bool) {
	host := strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	base, path := "https://"+r.Host, strings.TrimPrefix(r.URL.Path, "/")
	name, isHost := strings.CutSuffix(host, Suffix)
	if !isHost {
		name, path, _ = strings.Cut(path, "/")
		base += "/" + name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v, err := s.vault(name)
	if err != nil {
		return Target{}, false
	}
	return Target{Vault: v.Vault, Path: path, Base: base}, true
}

// id is what Key Vault calls a thing: its address in production, wherever the caller has reached it.
func (v Vault) id(words ...string) string {
	return "https://" + v.Name + Suffix + "/" + strings.Join(words, "/")
}

// attributes are what keys and secrets have alike.
type attributes struct {
	enabled            bool
	created, updated   time.Time
	notBefore, expires time.Time
}

func (a attributes) form() map[string]any {
	out := map[string]any{
		"enabled": a.enabled, "created": a.created.Unix(), "updated": a.updated.Unix(), "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": keptDays,
	}
	if !a.notBefore.IsZero() {
		out["nbf"] = a.notBefore.Unix()
	}
	if !a.expires.IsZero() {
		out["exp"] = a.expires.Unix()
	}
	return out
}

// keptDays is how long what was deleted can be had back.
const keptDays = 90

var versionForm = bridge.FormOf(`^[0-9a-f]{32}$`)

func newVersion() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
