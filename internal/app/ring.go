package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/mask"
)

const (
	// ringEvery is how often keys that are in a cloud are looked at again.
	ringEvery = time.Minute
	// ringSettled is after which every process has seen a new key, also one that a ConfigMap brings: it is in use no earlier, so that no process seals
	// what another cannot open yet.
	ringSettled = 3 * time.Minute
	// ringPatience bounds one look.
	ringPatience = 30 * time.Second
	// ringMost is how many versions of a secret are keys: older ones open nothing any more.
	ringMost = 8
	// ringPurpose is bound to keys that Cloud KMS has wrapped.
	ringPurpose = "landbridge key_file"
)

// ring are keys that come from a cloud and stay in memory, the one in use first: a call waits for no cloud.
type ring struct {
	key, file string
	// load gives the keys, the newest first, and since when that one is there.
	load  func(ctx context.Context) (keys [][]byte, since time.Time, err error)
	clock bridge.Clock
	keys  atomic.Pointer[[][]byte]
	stamp stamp // of the file that was unwrapped last
	told  bool  // that it could not be looked at
}

func (r *ring) get() ([][]byte, error) { return *r.keys.Load(), nil }

// rings are those that a gateway uses, each under what the configuration says of it.
type rings struct {
	a     *App
	depot *depot

	mu    sync.Mutex
	known map[string]*ring
}

func (a *App) rings(d *depot) *rings { return &rings{a: a, depot: d, known: map[string]*ring{}} }

// source finds keys: in a file as they are, or in a cloud, which is asked now where it was not before.
func (r *rings) source(key, file string) (get func() ([][]byte, error), err error) {
	if key == "" {
		return r.a.keyFile(file).get, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if found := r.known[key+" "+file]; found != nil {
		return found.get, nil
	}
	one := &ring{key: key, file: file, clock: r.a.host.Clock}
	if strings.Contains(key, "/secrets/") {
		one.load = func(ctx context.Context) ([][]byte, time.Time, error) { return r.versions(ctx, key) }
	} else {
		one.load = func(ctx context.Context) ([][]byte, time.Time, error) { return r.unwrapped(ctx, key, file) }
	}
	if err := one.look(context.Background()); err != nil {
		return nil, err
	}
	r.known[key+" "+file] = one
	return one.get, nil
}

// look loads the keys, unless they are in a file that has not changed. Until the newest one has settled it opens, and the one before is in use.
func (r *ring) look(ctx context.Context) error {
	now := stamp{}
	if r.file != "" {
		if now = stampOf(r.file); now == r.stamp && now != (stamp{}) {
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, ringPatience)
	defer cancel()
	keys, since, err := r.load(ctx)
	if err != nil {
		return err
	}
	if r.stamp = now; len(keys) > 1 && r.clock().Sub(since) < ringSettled {
		keys[0], keys[1] = keys[1], keys[0]
		r.stamp = stamp{}
	}
	r.keys.Store(&keys)
	return nil
}

// run looks at all keys again and again until ctx ends.
func (r *rings) run(ctx context.Context) {
	tick := time.NewTicker(ringEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			r.refresh(ctx)
		}
	}
}

// refresh looks at all keys. While they cannot be looked at, those from before hold. The lock is not one that calls wait for.
func (r *rings) refresh(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.known {
		err := one.look(ctx)
		if err != nil && !one.told && ctx.Err() == nil {
			r.a.host.Log.WarnContext(ctx, "keys cannot be looked at again: those from before hold", slog.String("key", one.key), slog.Any("error", err))
		}
		one.told = err != nil
	}
}

// versions are the values of the enabled versions of a secret that have not expired, the newest first.
func (r *rings) versions(ctx context.Context, reference string) (keys [][]byte, since time.Time, err error) {
	vault, err := r.depot.keyVault()
	if err != nil {
		return nil, since, err
	}
	all, err := vault.Versions(ctx, reference)
	if err != nil {
		return nil, since, err
	}
	now := r.a.host.Clock()
	for _, v := range all {
		if !v.Enabled || now.Before(v.NotBefore) || !v.Expires.IsZero() && !now.Before(v.Expires) || len(keys) == ringMost {
			continue
		}
		secret, err := vault.Secret(ctx, reference+"/"+v.ID)
		if err != nil {
			return nil, since, err
		}
		key, ok := keyOf(secret.Value.Reveal())
		if !ok {
			return nil, since, badRing("version "+v.ID+" of "+reference+" is not 32 bytes or more in base64", "openssl rand -base64 32 makes one; so does rotate: {random_bytes: 32}")
		}
		if len(keys) == 0 {
			since = v.Created
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, since, badRing(reference+" has no version that is good now", "enable one, or set a new one")
	}
	return keys, since, nil
}

// unwrapped are the keys of a file whose lines a key of a cloud has wrapped.
func (r *rings) unwrapped(ctx context.Context, key, file string) (keys [][]byte, since time.Time, err error) {
	seal, err := r.depot.sealer(key, ringPurpose)
	if err != nil {
		return nil, since, err
	}
	since = stampOf(file).at
	text, err := r.a.host.ReadFile(file)
	if err != nil {
		return nil, since, unreadable(file, err)
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
			continue
		}
		one, err := seal.Unwrap(ctx, string(line))
		if err != nil {
			return nil, since, err
		}
		keys = append(keys, one)
	}
	if len(keys) == 0 {
		return nil, since, badRing(file+" holds no key", "landbridge secret new-key --wrap "+key+" > "+file)
	}
	return keys, since, nil
}

// keyOf reads a key in base64, of the standard alphabet or the one for addresses.
func keyOf(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	key, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(text))
	return key, err == nil && len(key) >= mask.KeySize
}

func badRing(text, hint string) error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "key_refused", Text: text, Hint: hint}
}

// keysInKMS says whether a key of a configuration is in Cloud KMS, beside those of backup.
func keysInKMS(cfg *config.Config) bool {
	var named []string
	if cfg.Audit != nil && cfg.Audit.Signing != nil {
		named = append(named, cfg.Audit.Signing.Key)
	}
	if cfg.Doors.Gateway != nil {
		named = append(named, cfg.Doors.Gateway.Tokens.Key)
	}
	if cfg.Guard != nil {
		for _, p := range cfg.Guard.Profiles {
			named = append(named, p.PersonalData.Key)
		}
	}
	return slices.ContainsFunc(named, inCloudKMS)
}

// throwaway are keys of this process's own, where the real ones are not asked for.
func throwaway() func() ([][]byte, error) {
	key := make([]byte, mask.KeySize)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return func() ([][]byte, error) { return [][]byte{key}, nil }
}

// ticketKeys is the ring that seals the gateway's own tokens: the configured one, or a key of this process's own.
func (d *gatewayDoor) ticketKeys(t config.GatewayTokens) (func() [][]byte, error) {
	get := throwaway()
	if t.Key != "" || t.KeyFile != "" {
		var err error
		if get, err = d.rings.source(t.Key, t.KeyFile); err != nil {
			return nil, err
		}
	}
	if _, err := get(); err != nil {
		return nil, err
	}
	return func() [][]byte { ring, _ := get(); return ring }, nil
}

// NewKey makes a key for key_file: as it is, or wrapped by a key of Key Vault or Cloud KMS. It is a line of the file.
func (a *App) NewKey(ctx context.Context, cfg *config.Config, wrap string) (string, error) {
	key := make([]byte, mask.KeySize)
	_, _ = rand.Read(key) // never fails since Go 1.24
	if wrap == "" {
		return base64.StdEncoding.EncodeToString(key), nil
	}
	if strings.Contains(wrap, "/secrets/") || !inCloudKMS(wrap) && !strings.HasPrefix(wrap, "https://") {
		return "", badRing(fmt.Sprintf("%q is not a key that wraps", wrap), "write https://VAULT.vault.azure.net/keys/NAME or projects/P/locations/L/keyRings/R/cryptoKeys/K")
	}
	c, err := a.open(cfg, "cli")
	if err != nil {
		return "", err
	}
	defer c.close()
	d := a.depot(c)
	defer d.Close()
	seal, err := d.sealer(wrap, ringPurpose)
	if err != nil {
		return "", err
	}
	return seal.Wrap(ctx, key)
}
