// Package estate is the vocabulary of set-up: the things on both clouds and in Kubernetes that a bridge is made of, as they
// shall be and as they are, and the port by which each side reads and changes them.
//
// What enters and what leaves are plain values; it does no I/O and imports the standard library and bridge only. It must
// never hold a token, and never know how a cloud writes a thing on the wire.
package estate

import "context"

// Side is where a thing lives: which Keeper reads and changes it.
type Side string

// The sides.
const (
	Azure      Side = "azure"
	Google     Side = "google"
	Kubernetes Side = "kubernetes"
)

// Kind names what a Spec describes; it is the first half of a thing's address ("provider/aks-prod").
type Kind string

// The kinds, side by side.
const (
	KindCluster             Kind = "cluster"
	KindIdentity            Kind = "identity"
	KindFederatedCredential Kind = "federated-credential"
	KindRoleAssignment      Kind = "role-assignment"

	KindProject  Kind = "project"
	KindService  Kind = "service"
	KindPool     Kind = "pool"
	KindProvider Kind = "provider"
	KindAccount  Kind = "account"
	KindRole     Kind = "role"
	KindGrants   Kind = "grants"

	KindIssuer             Kind = "issuer"
	KindNamespace          Kind = "namespace"
	KindKubernetesAccount  Kind = "kubernetes-account"
	KindKubernetesSettings Kind = "kubernetes-settings"
)

// Side is where things of this kind live.
func (k Kind) Side() Side {
	switch k {
	case KindCluster, KindIdentity, KindFederatedCredential, KindRoleAssignment:
		return Azure
	case KindIssuer, KindNamespace, KindKubernetesAccount, KindKubernetesSettings:
		return Kubernetes
	default:
		return Google
	}
}

// Spec is one thing as it shall be, or as it is. Its JSON form is what a plan compares and prints: fields that only say
// where the thing is carry the tag "-". A string may hold references to the outputs of other things (Ref).
type Spec interface {
	Kind() Kind
}

// Live is a thing as it was read. The zero value is a thing that does not exist.
type Live struct {
	// Spec is what is there, of the same type as what was asked for; nil when nothing is.
	Spec Spec
	// Deleted says that the thing is soft-deleted: it is not in use, its id is taken, and it can be undeleted.
	Deleted bool
	// Setup is the name of the set-up whose mark the thing bears; "" when it bears none: then it is not ours to remove.
	Setup string
	// Outputs are what other things refer to: "issuer" of a cluster, "principal_id" of an identity.
	Outputs map[string]string
}

// Exists says whether the thing is there and in use.
func (l Live) Exists() bool { return l.Spec != nil && !l.Deleted }

// Keeper reads and changes the things of one side.
//
// All methods may be called from many goroutines. A Keeper waits for the cloud's long-running operations and for the etag
// of a policy that somebody else changed meanwhile; it makes one attempt otherwise, and says by bridge.Error.Retry whether
// another may help. It never changes a field that the Spec does not have.
type Keeper interface {
	// Read returns what is there now. A thing that does not exist is a zero Live and no error.
	Read(ctx context.Context, want Spec) (Live, error)
	// Write makes the thing as it shall be: creates it, undeletes it, or changes what differs, and returns what is there
	// then. Setup is the name to mark a new thing with; a thing that exists keeps the mark that it has. Writing what is
	// there already changes nothing, so that an interrupted Write can be repeated.
	Write(ctx context.Context, setup string, want Spec, now Live) (Live, error)
	// Remove removes the thing. One that is gone already is no error.
	Remove(ctx context.Context, now Spec) error
	// Owned finds things that bear the mark of the set-up in the places where the wanted ones are: the pools' providers, the
	// projects' accounts and roles, the identities' credentials. It may return wanted ones too.
	Owned(ctx context.Context, setup string, wanted []Spec) ([]Live, error)
	// Forget drops what was cached while reading: the next Read asks the cloud again.
	Forget()
}

// Neighbours is what a Keeper may do besides: it says who else is trusted right beside what is wanted, where that is as good
// as being trusted there: another provider of a pool, another federated credential of an identity.
type Neighbours interface {
	// Strangers finds those that are neither wanted nor bear the mark of the set-up. Wanted are things that are there.
	Strangers(ctx context.Context, setup string, wanted []Spec) ([]Live, error)
}
