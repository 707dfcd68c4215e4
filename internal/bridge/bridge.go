// Package bridge is Landbridge's vocabulary: the words and the ports that every other room speaks.
//
// What enters and what leaves are plain values; it does no I/O, reads no clock and no environment, and imports the
// standard library only. It must never know a cloud's wire format, and never print a token.
package bridge

import (
	"context"
	"time"
)

// Shore is one of the two clouds, seen from code.
type Shore string

// The two shores.
const (
	Azure  Shore = "azure"
	Google Shore = "google"
)

// Clock tells the time. Rooms take it as an input; only the assembly reads the real one.
type Clock func() time.Time

// Env looks up an environment variable; absent and empty are the same. Only the assembly reads the real one.
type Env func(key string) string

// TokenType is an RFC 8693 token type identifier.
type TokenType string

// Token types that cross the bridge (RFC 8693 section 3).
const (
	JWT         TokenType = "urn:ietf:params:oauth:token-type:jwt"
	IDToken     TokenType = "urn:ietf:params:oauth:token-type:id_token"
	AccessToken TokenType = "urn:ietf:params:oauth:token-type:access_token"
)

// Assertion is the OIDC JWT that proves a workload's identity at home (RFC 7523; Google calls it the subject token).
// Its claims were read without checking the signature: they name the assertion in logs and errors, and decide nothing.
type Assertion struct {
	Token    Secret
	Type     TokenType // JWT or IDToken
	Issuer   string
	Subject  string
	Audience []string
	IssuedAt time.Time // zero when the claim is absent
	Expiry   time.Time // zero when the claim is absent
	Trace    []Step    // how it was had, oldest step first
}

// AssertionRequest says which assertion is wanted.
type AssertionRequest struct {
	// Audience that the assertion is for. A source that cannot choose (a mounted file) ignores it.
	Audience string
	// Fresh asks the source to go round every cache of its own: the far side has called the last one stale.
	Fresh bool
}

// Source proves who the workload is at home.
//
// Assertion returns a token whose expiry, where it has one, is still ahead. It may be called from many goroutines. It
// does not retry, does not log, and never returns a token inside an error.
type Source interface {
	Assertion(ctx context.Context, req AssertionRequest) (Assertion, error)
}

// Describer is a Source that can say in one line what it is and why it was chosen.
type Describer interface {
	Describe() string
}

// Lease is an access token (or ID token) in hand, with its expiry and where it came from. Leases are shared between
// callers: treat every field as read-only.
type Lease struct {
	Token     Secret
	Type      TokenType // AccessToken or IDToken
	Principal Principal
	Scopes    []string  // what was asked for; nil for an ID token
	Audience  string    // of an ID token; else empty
	Expiry    time.Time // never zero
	Trace     []Step    // how it was had, oldest step first
}

// LeaseRequest says which lease is wanted. The zero value is an access token with the exchanger's default scopes.
type LeaseRequest struct {
	// Scopes of an access token: Google OAuth scopes, or one Entra "<resource>/.default".
	Scopes []string
	// Audience, when not empty, asks for an ID token with that audience instead of an access token.
	Audience string
}

// Exchanger turns an assertion into a lease on the far shore.
//
// A lease that it returns has an expiry. It may be called from many goroutines. It makes one attempt: whether another
// would help is said by Error.Retry, and that the assertion was too old by Error.Stale.
type Exchanger interface {
	Exchange(ctx context.Context, assertion Assertion, req LeaseRequest) (Lease, error)
	// AssertionAudience is what the assertion's "aud" must be for this exchange.
	AssertionAudience() string
}

// Leaser hands out leases that are good for at least MinLife more: what doors ask for, and what the broker is.
type Leaser interface {
	Lease(ctx context.Context, req LeaseRequest) (Lease, error)
}

// MinLife is the least life that a lease has when it is handed out.
const MinLife = 5 * time.Minute

// Principal is who the far shore says the workload is: "principal://…/subject/…", a service-account e-mail, or an Entra
// object id.
type Principal string

// Hop names one leg of a crossing; errors, traces and audit records use the same names.
type Hop string

// The hops of both directions.
const (
	HopHome        Hop = "home"        // the assertion at home: file, managed identity, metadata server
	HopEntra       Hop = "entra"       // Entra's token endpoint
	HopSTS         Hop = "sts"         // Google's Security Token Service
	HopImpersonate Hop = "impersonate" // Google's IAM Service Account Credentials API
	HopVertex      Hop = "vertex"      // a Vertex AI call
	HopStorage     Hop = "storage"     // an Azure Storage call
	HopARM         Hop = "arm"         // an Azure Resource Manager call
	HopBucket      Hop = "bucket"      // a Cloud Storage call
	HopFolder      Hop = "folder"      // a local directory
	HopKeys        Hop = "keys"        // a call of Key Vault or Cloud KMS, or a local key file
	HopCatalog     Hop = "catalog"     // a call of Vertex ML Metadata, of the Data Lineage API, or of labels
	HopTransfer    Hop = "transfer"    // a Storage Transfer Service call
	HopJobs        Hop = "jobs"        // the job engine and its database
	HopDoor        Hop = "door"        // one of our own listeners
)

// Step is one hop as it went: shown by the tour and by --output json. It never holds a token.
type Step struct {
	Hop    Hop           `json:"hop"`
	Who    string        `json:"who"`  // the identity after this hop
	What   string        `json:"what"` // what was asked of whom
	Expiry time.Time     `json:"expiry,omitzero"`
	Took   time.Duration `json:"took_ns"`
}
