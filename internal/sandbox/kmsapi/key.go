package kmsapi

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// The algorithms of keys (https://cloud.google.com/kms/docs/algorithms).
const (
	Ed25519   = "EC_SIGN_ED25519"
	P256      = "EC_SIGN_P256_SHA256"
	Symmetric = "GOOGLE_SYMMETRIC_ENCRYPTION"
)

// The states of versions.
const (
	Enabled   = "ENABLED"
	Disabled  = "DISABLED"
	Destroyed = "DESTROYED"
)

// key is a key with its versions, of which the last one encrypts.
type key struct {
	name      string
	algorithm string
	versions  []*version
}

type version struct {
	state  string
	ed     ed25519.PrivateKey
	ec     *ecdsa.PrivateKey
	secret []byte // of AES-256
}

var nameForm = bridge.FormOf(`^projects/([^/]+)/(locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+)$`)

// AddKey makes a key, projects/P/locations/L/keyRings/R/cryptoKeys/K, or a new version of one, and returns the version's name.
func (k *Keys) AddKey(name, algorithm string) (string, error) {
	m := nameForm().FindStringSubmatch(name)
	if m == nil {
		return "", fmt.Errorf("%q is not the name of a key", name)
	}
	project, err := k.world.Project(m[1])
	if err != nil {
		return "", err
	}
	made, err := newVersion(algorithm)
	if err != nil {
		return "", err
	}
	name = "projects/" + project.ID + "/" + m[2]
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.keys[name]
	if one == nil {
		one = &key{name: name, algorithm: algorithm}
		k.keys[name] = one
	}
	if one.algorithm != algorithm {
		return "", fmt.Errorf("%s has algorithm %s", name, one.algorithm)
	}
	one.versions = append(one.versions, made)
	return one.version(len(one.versions)), nil
}

func newVersion(algorithm string) (*version, error) {
	out := &version{state: Enabled}
	var err error
	switch algorithm {
	case Ed25519:
		_, out.ed, err = ed25519.GenerateKey(rand.Reader)
	case P256:
		out.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case Symmetric:
		out.secret = make([]byte, 32)
		_, err = rand.Read(out.secret)
	default:
		err = fmt.Errorf("there is no algorithm %q", algorithm)
	}
	return out, err
}

// SetState changes the state of a version behind everybody's back.
func (k *Keys) SetState(name string, n int, state string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	one := k.keys[name]
	if one == nil || n < 1 || n > len(one.versions) {
		return &world.NotFound{Kind: "key version", Name: name}
	}
	one.versions[n-1].state = state
	return nil
}

func (k *key) version(n int) string {
	return k.name + "/cryptoKeyVersions/" + strconv.Itoa(n)
}

// usable is a version that is enabled, the primary one for 0, of a key with one of these algorithms.
func (c *call) usable(n int, purpose string, algorithms ...string) (*version, int, *problem) {
	if n == 0 {
		n = len(c.key.versions)
	}
	name, v := c.key.version(n), c.key.versions[n-1]
	fits := false
	for _, a := range algorithms {
		fits = fits || a == c.key.algorithm
	}
	switch {
	case !fits:
		return nil, 0, failedPrecondition(c.key.name + " is not a key with the purpose " + purpose + ".")
	case v.state != Enabled:
		return nil, 0, failedPrecondition(name + " is not enabled, current state is: " + v.state + ".")
	}
	return v, n, nil
}

func failedPrecondition(message string) *problem {
	return &problem{Code: http.StatusBadRequest, Status: "FAILED_PRECONDITION", Message: message}
}
