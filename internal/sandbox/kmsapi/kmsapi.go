// Package kmsapi pretends Cloud KMS: public keys, signatures of Ed25519 and of ECDSA on P-256, symmetric encryption, each with its
// checksums.
//
// Requests of Google's own clients enter, answers in the real shapes and refusals in the real words leave; who may do what is in the
// allow policy of the key's project. It must never give out a private key, use a version that is not enabled, take a value whose
// declared checksum is another, or pretend a call that it does not know: that is 501.
package kmsapi

import (
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	api   = "cloudkms.googleapis.com"
	title = "Cloud Key Management Service (KMS) API"
)

type problem = googleapi.Problem

// Keys is Cloud KMS and every key in it. It is safe for use from many goroutines.
type Keys struct {
	world  *world.World
	google *googleapi.API

	mu   sync.Mutex
	keys map[string]*key // by name, with the project's id
}

// New mounts the API among those that Google is used by.
func New(google *googleapi.API, w *world.World) *Keys {
	k := &Keys{world: w, google: google, keys: map[string]*key{}}
	google.Mount("kms", `cloudkms(\.mtls)?\.googleapis\.com|cloudkms\.[a-z0-9-]+\.rep\.googleapis\.com`,
		`/v1/projects/[^/]+/locations/[^/]+/keyRings/.+`, http.MaxBytesHandler(k, 1<<20))
	return k
}

// call is one request on its way.
type call struct {
	*http.Request
	keys    *Keys
	project world.Project
	key     *key
	version int // 0: none is named
}

// method is how one call of the API is served.
type method struct {
	name       string
	permission string // below cloudkms.cryptoKeyVersions.
	serve      func(*call) (any, *problem)
}

func methods() map[string]method {
	return map[string]method{
		"GET publicKey":       {"GetPublicKey", "viewPublicKey", (*call).publicKey},
		"POST asymmetricSign": {"AsymmetricSign", "useToSign", (*call).sign},
		"POST encrypt":        {"Encrypt", "useToEncrypt", (*call).encrypt},
		"POST decrypt":        {"Decrypt", "useToDecrypt", (*call).decrypt},
	}
}

var pathForm = bridge.FormOf(`^/v1/(projects/([^/]+)/(locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/:]+)(?:/cryptoKeyVersions/([0-9]+))?)[/:](publicKey|asymmetricSign|encrypt|decrypt)$`)

// ServeHTTP implements http.Handler.
func (k *Keys) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	out, p := k.serve(r)
	googleapi.Answer(rw, out, p)
}

func (k *Keys) serve(r *http.Request) (any, *problem) {
	m := pathForm().FindStringSubmatch(r.URL.Path)
	if m == nil {
		return nil, googleapi.Unknown(r)
	}
	found, known := methods()[r.Method+" "+m[5]]
	if !known {
		return nil, googleapi.Unknown(r)
	}
	about := googleapi.Call{
		API: api, Title: title, Method: "google.cloud.kms.v1.KeyManagementService." + found.name, Project: m[2],
		Scopes: []string{"https://www.googleapis.com/auth/cloudkms"},
	}
	grant, p := k.google.Admit(r, about)
	if p != nil {
		return nil, p
	}
	permission := "cloudkms.cryptoKeyVersions." + found.permission
	project, err := k.world.Project(m[2])
	if err != nil || len(k.world.ProjectPermissions(grant, m[2], permission)) == 0 {
		return nil, denied(permission, m[1])
	}
	if !project.Services[api] {
		return nil, googleapi.Disabled(title, api, project.Number)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	c := &call{Request: r, keys: k, project: project, key: k.keys["projects/"+project.ID+"/"+m[3]]}
	if c.key == nil {
		return nil, googleapi.Absent("CryptoKey " + m[1] + " not found.")
	}
	if m[4] != "" {
		if c.version, err = strconv.Atoi(m[4]); err != nil || c.version < 1 || c.version > len(c.key.versions) {
			return nil, googleapi.Absent("CryptoKeyVersion " + m[1] + " not found.")
		}
	}
	return found.serve(c)
}

// denied is Cloud KMS's own form of the refusal: the resource is not written as an address.
func denied(permission, resource string) *problem {
	p := googleapi.Denied(permission, api, resource)
	p.Message = "Permission '" + permission + "' denied on resource '" + resource + "' (or it may not exist)."
	return p
}

// read takes the JSON of a request.
func (c *call) read(into any) *problem {
	d := json.NewDecoder(c.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return googleapi.Invalid("Request payload size exceeds the limit.")
		}
		return googleapi.Invalid("Invalid JSON payload received.")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return googleapi.Invalid("Invalid JSON payload received.")
	}
	return nil
}

func crcOf(b []byte) string {
	return strconv.FormatUint(uint64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))), 10)
}

// agreed holds a field to the checksum that was declared for it; nil is none.
func agreed(field string, b []byte, declared *string) (verified bool, p *problem) {
	switch {
	case declared == nil:
		return false, nil
	case *declared != crcOf(b):
		return false, googleapi.Invalid("The checksum in field " + field + "_crc32c did not match the data in field " + field + ".")
	}
	return true, nil
}
