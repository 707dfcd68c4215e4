// Package world is the state of the pretended clouds: clusters and tenants on the Azure shore, projects, pools and
// service accounts on Google's, and the tokens that were given out.
//
// Calls of the pretended APIs enter, facts leave. It speaks no HTTP, decides acceptance only through package trust, and
// must never grant what the real clouds would refuse.
package world

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// World is both clouds. All methods are safe for use from many goroutines; what they return are copies.
type World struct {
	clock bridge.Clock

	mu         sync.Mutex
	clusters   map[string]*Cluster        // by issuer
	tenants    map[string]*Tenant         // by tenant id
	identities map[string]*Identity       // by client id
	estate     estate                     // hosts, subscriptions, storage accounts
	arm        arm                        // what Azure Resource Manager remembers beside the things themselves
	projects   map[string]*Project        // by number
	pools      map[string]*Pool           // by "projects/N/locations/global/workloadIdentityPools/P"
	accounts   map[string]*ServiceAccount // by e-mail
	buckets    map[string]*bucket         // of Cloud Storage, by name
	grants     map[string]*Grant          // Google access tokens, by Secret.Name
	retired    map[string]*ServiceAccount // deleted ones, by unique id
	purges     map[string]time.Time       // of deleted accounts, by unique id
	roles      map[string]*Role           // by name
	spread     spread                     // what changes of policies and roles have not reached yet
	enabling   map[string]time.Time       // APIs that are being switched on, by "NUMBER/API"
	operations map[string]*Operation      // by name
	resources  map[string]Resource        // of Vertex AI, by name
	made       uint64                     // how many resources there have been
	revision   uint64                     // of the allow policies
	instance   Instance                   // whom Google's metadata server speaks for
	google     *KeyRing                   // signs Google's ID tokens
	faults     map[string]Fault           // by API name
	pace       Pace                       // how slow both clouds are
	canned     map[string]Canned          // answers in place of an API's own, by API name
	spoil      func(map[string]any)       // changes the clusters' tokens before they are signed
}

// New returns an empty world.
func New(clock bridge.Clock) *World {
	return &World{
		clock:      clock,
		clusters:   map[string]*Cluster{},
		tenants:    map[string]*Tenant{},
		identities: map[string]*Identity{},
		projects:   map[string]*Project{},
		pools:      map[string]*Pool{},
		accounts:   map[string]*ServiceAccount{},
		grants:     map[string]*Grant{},
		retired:    map[string]*ServiceAccount{},
		purges:     map[string]time.Time{},
		roles:      predefinedRoles(),
		spread:     newSpread(),
		enabling:   map[string]time.Time{},
		operations: map[string]*Operation{},
		google:     NewKeyRing(),
		faults:     map[string]Fault{},
	}
}

// Now is the world's time.
func (w *World) Now() time.Time { return w.clock() }

// GoogleKeys signs and publishes Google's own ID tokens (issuer https://accounts.google.com).
func (w *World) GoogleKeys() *KeyRing { return w.google }

// NotFound says which thing is not in the world.
type NotFound struct{ Kind, Name string }

func (e *NotFound) Error() string { return fmt.Sprintf("%s %q does not exist", e.Kind, e.Name) }

// GUID returns a random identifier in the form that Entra uses for clients, objects and tenants.
func GUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
