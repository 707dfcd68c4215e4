package config

import "time"

// VaultSecret is a secret of Azure Key Vault that jobs still need. It is given out by its name and on record: by the gateway at
// /landbridge/v1/secrets/NAME, by landbridge secret get, and by landbridge exec --secret.
type VaultSecret struct {
	// Name by which it is asked for. Required.
	Name string `yaml:"name"`
	// Reference, https://VAULT.vault.azure.net/secrets/NAME or .../NAME/VERSION. Required.
	Reference string `yaml:"reference"`
	// Workloads that the gateway gives it to, ISSUER/SUBJECT as in policy.rules; * stands for any characters. Absent: nobody.
	Workloads []string `yaml:"workloads"`
	// How often in a minute each of them may ask; 0 is no limit.
	RequestsPerMinute int `yaml:"requests_per_minute" default:"60"`
	// Oldest that the current version may be before it must be rotated; 0s: any age is well.
	RotateEvery time.Duration `yaml:"rotate_every" default:"0s"`
	// How it is rotated when it is due, by landbridge serve or landbridge secret rotate --due. Absent: by hand.
	Rotate SecretRotation `yaml:"rotate"`
}

// SecretRotation says how a new version of a secret comes to be, and how long the one before it is good beside it.
type SecretRotation struct {
	// Program and its arguments. It makes a new value at the service whose key it is, and prints it. It finds the secret's name in LANDBRIDGE_SECRET
	// and the rotation's id in LANDBRIDGE_ROTATION_ID: an id that it sees again is another try of one rotation, whose first value nobody has kept.
	Command []string `yaml:"command"`
	// Size of a random value in bytes, in place of a command: for a secret whose other side reads it from the vault too. 0 is none.
	RandomBytes int `yaml:"random_bytes" default:"0"`
	// How long the version before stays good; it is disabled then.
	Overlap time.Duration `yaml:"overlap" default:"24h"`
	// How long the command may take.
	Timeout time.Duration `yaml:"timeout" default:"1m"`
}

// Automatic says whether anything makes a new value.
func (r SecretRotation) Automatic() bool { return len(r.Command) > 0 || r.RandomBytes > 0 }

// AuditSigning says which key signs the audit log, and how often: a seal is a line of the log that says how long the file was and what its SHA-256
// was, signed. What is written after the last seal is not proven yet.
type AuditSigning struct {
	// Key, as backup.signing.key says it. Absent: the directory keys in the state directory, made at its first use.
	Key string `yaml:"key"`
	// PEM file of further public keys whose seals hold: those of other machines, and earlier ones.
	TrustedFile string `yaml:"trusted_file"`
	// How often a log that has grown is sealed, 1s to 24h. It is sealed at the end too.
	Every time.Duration `yaml:"every" default:"1m"`
}
