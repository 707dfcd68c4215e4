package doctor

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// KeyKind says which long-lived secret was found.
type KeyKind string

// The kinds.
const (
	GoogleKey       KeyKind = "google_service_account_key" // JSON with a private_key, or .p12
	GoogleUser      KeyKind = "google_user_credentials"    // a person's refresh token
	GoogleAPIKey    KeyKind = "google_api_key"
	GoogleClient    KeyKind = "google_client_secret" // in an external_account file
	AzureSecret     KeyKind = "azure_client_secret"
	AzureCert       KeyKind = "azure_client_certificate" // with its private key
	AzureStorageKey KeyKind = "azure_storage_key"
	PrivateKeyFile  KeyKind = "private_key" // beside a client id
)

// Key is a long-lived secret that was found. It never holds the secret.
type Key struct {
	Kind     KeyKind       `json:"kind"`
	Where    string        `json:"where"`              // file, variable, cluster/namespace/secret/entry, or Google IAM
	Identity string        `json:"identity,omitempty"` // e-mail or client id
	KeyID    string        `json:"key_id,omitempty"`
	Project  string        `json:"project,omitempty"`
	Created  time.Time     `json:"created,omitzero"`
	Age      time.Duration `json:"age_ns,omitempty"`
	UsedBy   []string      `json:"used_by,omitempty"` // pods that mount it, namespace/name
	// Migration is what to do, in order; a step has words, or a command, or text to write into a file.
	Migration []Migration `json:"migration"`

	held *ClusterKey // where it was found in Kubernetes
}

// Migration is one step away from a key.
type Migration struct {
	Text    string `json:"text"`
	Command string `json:"command,omitempty"`
	YAML    string `json:"yaml,omitempty"` // for landbridge.yaml
}

// Skipped is a place that was not looked into, with the reason.
type Skipped struct {
	Where string `json:"where"`
	Why   string `json:"why"`
}

// Keyless is what doctor --keyless finds.
type Keyless struct {
	Keys    []Key     `json:"keys"`
	Fine    int       `json:"fine"`   // credential files that hold no secret: external_account
	Looked  int       `json:"looked"` // files, variables, secrets and accounts looked at
	Skipped []Skipped `json:"skipped,omitempty"`
}

// Root is a folder to look through. Its symbolic links are not followed: what they lead to is looked at where it lies.
type Root struct {
	Name string // as findings show it, in front of the path inside
	FS   fs.FS
}

// ClusterKey is a long-lived secret in a Kubernetes cluster, found by who can read it: the value stays there.
type ClusterKey struct {
	Kind                   KeyKind
	Cluster                string
	Object                 string   // Secret, ConfigMap or Pod
	Namespace, Name, Entry string   // Entry of the data; of a pod CONTAINER.VARIABLE
	Identity, KeyID        string   // as far as they stand beside it
	UsedBy                 []string // pods
}

// IAMKey is a user-managed key of a Google service account, as the IAM API lists it.
type IAMKey struct {
	Account  string // e-mail
	KeyID    string
	Project  string
	Created  time.Time
	Disabled bool
}

// KeylessPorts are the places to look. A nil one is left out; an error of one is a Skipped and not the end.
type KeylessPorts struct {
	Clock bridge.Clock
	Env   bridge.Env
	// ReadFile reads a file that a variable names; at most 1 MiB of it is looked at.
	ReadFile   func(name string) ([]byte, error)
	Roots      []Root
	Kubernetes func(ctx context.Context) ([]ClusterKey, error)
	IAMKeys    func(ctx context.Context) ([]IAMKey, error)
}

// FindKeys looks for long-lived secrets in the environment, in folders, in Kubernetes and in Google IAM.
func FindKeys(ctx context.Context, p KeylessPorts) Keyless {
	k := &keyFinder{ctx: ctx, p: p, out: Keyless{Keys: []Key{}}}
	k.environment()
	for _, root := range p.Roots {
		k.folder(root)
	}
	k.kubernetes()
	k.iam()
	for i := range k.out.Keys {
		key := &k.out.Keys[i]
		if !key.Created.IsZero() {
			key.Age = p.Clock().Sub(key.Created)
		}
		key.Identity, key.KeyID, key.Project = named(key.Identity), named(key.KeyID), named(key.Project)
		key.Migration = migrate(key)
	}
	return k.out
}

// named is a name that stands beside a secret, where it is one: a file that anybody wrote must not put a second entry into
// the YAML, or another flag into the command, that somebody copies from here.
func named(s string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@:/+"
	if len(s) > 254 || strings.HasPrefix(s, "-") || strings.Trim(s, letters) != "" {
		return ""
	}
	return s
}

// keyFinder is one search.
type keyFinder struct {
	ctx context.Context
	p   KeylessPorts
	out Keyless
}

func (k *keyFinder) skip(where, why string) {
	k.out.Skipped = append(k.out.Skipped, Skipped{where, Redact(why)})
}

// take notes what a judged content holds.
func (k *keyFinder) take(where string, v verdict, created time.Time, usedBy []string) {
	if v.fine {
		k.out.Fine++
	}
	for _, key := range v.keys {
		if key.Where == "" {
			key.Where = where
		} else {
			key.Where = where + ": " + key.Where
		}
		key.Created, key.UsedBy = created, usedBy
		k.out.Keys = append(k.out.Keys, key)
	}
}

func (k *keyFinder) kubernetes() {
	if k.p.Kubernetes == nil {
		return
	}
	found, err := k.p.Kubernetes(k.ctx)
	if err != nil {
		k.skip("kubernetes", err.Error())
	}
	for _, key := range found {
		k.out.Looked++
		where := path.Join(key.Cluster, key.Namespace, strings.ToLower(key.Object), key.Name, key.Entry)
		k.out.Keys = append(k.out.Keys, Key{Kind: key.Kind, Where: where, Identity: key.Identity, KeyID: key.KeyID, UsedBy: key.UsedBy, held: &key})
	}
}

func (k *keyFinder) iam() {
	if k.p.IAMKeys == nil {
		return
	}
	keys, err := k.p.IAMKeys(k.ctx)
	if err != nil {
		k.skip("google iam", err.Error())
		return
	}
	k.out.Looked += len(keys)
	slices.SortFunc(keys, func(a, b IAMKey) int { return a.Created.Compare(b.Created) })
	for _, key := range keys {
		where := "google iam"
		if key.Disabled {
			where += ", disabled"
		}
		k.out.Keys = append(k.out.Keys, Key{Kind: GoogleKey, Where: where, Identity: key.Account, KeyID: key.KeyID, Project: key.Project, Created: key.Created})
	}
}
