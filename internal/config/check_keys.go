package config

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

const (
	secretForm = "write https://VAULT.vault.azure.net/secrets/NAME"
	tenYears   = 10 * 365 * 24 * time.Hour
)

var vaultSecret = bridge.FormOf(`^https://[a-z][a-z0-9-]{1,22}[a-z0-9](\.[a-z]+){3}/secrets/[0-9A-Za-z-]{1,127}(/[0-9a-f]{32})?$`)

// versioned says whether a reference to a secret names one version of it.
func versioned(reference string) bool {
	m := vaultSecret().FindStringSubmatch(reference)
	return m != nil && m[2] != ""
}

func (l *loader) checkSecrets(c *Config, b *Backup) {
	names := map[string]string{}
	for i := range b.Secrets {
		at, s := item("backup.secrets", i), &b.Secrets[i]
		if l.spoiled[at] {
			continue
		}
		at += "."
		if l.required(at+"name", s.Name, "callers ask for it by this name") {
			l.matches(at+"name", s.Name, ruleName, "a secret's name", "write 1 to 64 of a-z, A-Z, 0-9, -, _ and .")
			l.unique(at+"name", s.Name, names)
		}
		if l.required(at+"reference", s.Reference, secretForm) {
			l.matches(at+"reference", s.Reference, vaultSecret().MatchString, "a secret of a Key Vault", secretForm)
		}
		l.between(at+"rotate_every", s.RotateEvery, 0, tenYears)
		l.checkRotation(at, s)
		l.checkSecretCallers(at, c, s)
	}
}

func (l *loader) checkSecretCallers(at string, c *Config, s *VaultSecret) {
	if s.RequestsPerMinute < 0 {
		l.mistake(at+"requests_per_minute", fmt.Sprintf("%d is less than nothing", s.RequestsPerMinute), "write 0 for no limit")
	}
	if len(s.Workloads) > 0 && c.Doors.Gateway == nil {
		l.mistake(at+"workloads", "is not used without doors.gateway, where they would ask", "add doors.gateway with its callers, or remove it")
		return
	}
	for i, w := range s.Workloads {
		l.checkWorkloadName(item(at+"workloads", i), c, w)
	}
}

// checkRotation refuses a rotation that would never begin, and one that would end before its new version is known everywhere.
func (l *loader) checkRotation(at string, s *VaultSecret) {
	r := &s.Rotate
	switch {
	case !r.Automatic():
		for _, key := range []string{"overlap", "timeout"} {
			if l.written(at + "rotate." + key) {
				l.mistake(at+"rotate."+key, "is not used without command or random_bytes", "add one of them, or remove it")
			}
		}
		return
	case len(r.Command) > 0 && r.RandomBytes > 0:
		l.mistake(at+"rotate.random_bytes", "is there beside command", "remove one of them")
	case len(r.Command) > 0 && !filepath.IsAbs(r.Command[0]):
		l.mistake(at+"rotate.command", quote(r.Command[0])+" is not an absolute path", "write the whole path: a schedule has no PATH that you see")
	case r.RandomBytes != 0 && (r.RandomBytes < 16 || r.RandomBytes > 4096):
		l.mistake(at+"rotate.random_bytes", fmt.Sprintf("%d is outside of 16 to 4096", r.RandomBytes), "32 is well")
	}
	if s.RotateEvery == 0 {
		l.mistake(at+"rotate_every", "is missing: nothing would ever be due", "write how old a version may be, such as 720h")
	}
	if versioned(s.Reference) {
		l.mistake(at+"reference", "names one version, and a rotation sets another", "leave the version out")
	}
	l.between(at+"rotate.timeout", r.Timeout, time.Second, time.Hour)
	l.between(at+"rotate.overlap", r.Overlap, 5*time.Minute, tenYears)
	if s.RotateEvery > 0 && r.Overlap >= s.RotateEvery {
		l.mistake(at+"rotate.overlap", plainDuration(r.Overlap)+" is not shorter than rotate_every", "write less than "+plainDuration(s.RotateEvery))
	}
}

// checkRing holds where keys are against what wraps them.
func (l *loader) checkRing(at, key, file string) {
	switch {
	case key == "":
	case vaultSecret().MatchString(key):
		if versioned(key) {
			l.mistake(at+"key", "names one version, and each version is a key", "leave the version out")
		}
		if file != "" {
			l.mistake(at+"key_file", "is not used beside a secret of Key Vault", "remove it, or name a key in key")
		}
	case !vaultKey().MatchString(key) && !sealingKey().MatchString(key):
		l.mistake(at+"key", quote(key)+" is neither a secret of Key Vault nor a key of Key Vault or Cloud KMS",
			"write https://VAULT.vault.azure.net/secrets/NAME, https://VAULT.vault.azure.net/keys/NAME or projects/P/locations/L/keyRings/R/cryptoKeys/K")
	case file == "":
		l.mistake(at+"key_file", "is missing: the keys that key has wrapped", "landbridge secret new-key --wrap "+key+" > FILE makes one")
	}
}

func (l *loader) checkAudit(a *Audit) {
	s := a.Signing
	if s == nil {
		return
	}
	const at = "audit.signing."
	if a.File == "-" {
		l.mistake("audit.signing", "needs a file: what went to standard error cannot be read again", "name a file in audit.file, or remove it")
	}
	if !filepath.IsAbs(s.Key) {
		l.checkKey(at+"key", s.Key, signingVersion, "/cryptoKeyVersions/V")
	}
	l.between(at+"every", s.Every, time.Second, 24*time.Hour)
}
