package world

import (
	"cmp"
	"maps"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/trust"
)

// Project is a Google Cloud project.
type Project struct {
	ID       string
	Number   string
	Policy   Policy
	Services map[string]bool // enabled APIs: "aiplatform.googleapis.com"
	Billing  bool
	// Models are the publisher models that answer, as "publishers/google/models/gemini-2.5-flash".
	Models map[string]bool
	// Endpoints are the deployed endpoints, as "locations/L/endpoints/E".
	Endpoints map[string]bool
	// Templates are Model Armor's, as "locations/L/templates/T".
	Templates map[string]bool
	// Issuers is what constraints/iam.workloadIdentityPoolProviders allows providers to trust; nil allows every issuer.
	Issuers []string
	// MaxAccounts is the quota of service accounts; 0 is Google's own default, 100.
	MaxAccounts int
}

// Pool is a workload identity pool and its providers.
type Pool struct {
	Name        string // projects/N/locations/global/workloadIdentityPools/P
	DisplayName string
	Description string
	Disabled    bool
	Deleted     bool
	Purge       time.Time                 // of a deleted pool: when its name is free again; zero is never
	Providers   map[string]trust.Provider // by full provider name; deleted ones have the state DELETED
	Purges      map[string]time.Time      // of deleted providers, by full provider name
}

// ServiceAccount is a Google service account; Policy is who may act as it.
type ServiceAccount struct {
	Email       string
	UniqueID    string
	ProjectID   string
	DisplayName string
	Description string
	Disabled    bool
	Policy      Policy
	Keys        []AccountKey // besides the one that Google manages
	// LongLifetime is membership in constraints/iam.allowServiceAccountCredentialLifetimeExtension: 12 h instead of 1 h.
	LongLifetime bool
}

// AccountKey is a key pair of a service account whose private half somebody has: the thing to get rid of.
type AccountKey struct {
	ID       string // 40 hexadecimal digits
	Created  time.Time
	Expires  time.Time // zero is never
	Uploaded bool      // the owner made it and uploaded the public half
	Disabled bool
}

// Policy is an IAM allow policy.
type Policy struct {
	Bindings []Binding `json:"bindings"`
	Etag     string    `json:"etag,omitempty"`
}

// Binding grants a role to members.
type Binding struct {
	Role      string     `json:"role"`
	Members   []string   `json:"members"`
	Condition *Condition `json:"condition,omitempty"`
}

// Condition says when a binding applies. The sandbox keeps it and does not evaluate it: such a binding gives nothing.
type Condition struct {
	Expression  string `json:"expression"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Location    string `json:"location,omitempty"`
}

// Grant is what a Google access token stands for.
type Grant struct {
	Principal bridge.Principal // principal://… or a service-account e-mail
	// Members are the IAM members that the caller counts as: itself, "serviceAccount:…", and the principalSets of its
	// mapped attributes and groups.
	Members []string
	Scopes  []string
	Expiry  time.Time
	// Delegation is who stands behind a service account's token, nearest first.
	Delegation []string
	// Project whose APIs and quota the holder uses by default: the pool's or the account's (id or number).
	Project string
}

// AddProject puts a project into the world.
func (w *World) AddProject(p Project) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p = cloneProject(&p)
	if p.Policy.Etag == "" {
		p.Policy.Etag = w.nextEtag()
	}
	w.projects[p.Number] = &p
}

// Project finds a project by id or number.
func (w *World) Project(idOrNumber string) (Project, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.project(idOrNumber)
	if p == nil {
		return Project{}, &NotFound{"project", idOrNumber}
	}
	return cloneProject(p), nil
}

// UpdateProject changes a project in place: its services, models, endpoints or billing.
func (w *World) UpdateProject(idOrNumber string, change func(*Project)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.project(idOrNumber)
	if p == nil {
		return &NotFound{"project", idOrNumber}
	}
	change(p)
	return nil
}

func (w *World) project(idOrNumber string) *Project {
	for _, p := range w.projects {
		if p.ID == idOrNumber || p.Number == idOrNumber {
			w.switchOn(p)
			return p
		}
	}
	return nil
}

// Issue remembers a new Google access token and returns it. Expired grants are forgotten on the way.
func (w *World) Issue(g Grant) bridge.Secret {
	token := bridge.NewSecret("ya29.sandbox." + strings.ReplaceAll(GUID()+GUID(), "-", ""))
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock()
	maps.DeleteFunc(w.grants, func(_ string, old *Grant) bool { return old.Expiry.Before(now) })
	w.grants[token.Name()] = &g
	return token
}

// Grant says what a Google access token stands for; false when it is unknown or over.
func (w *World) Grant(token bridge.Secret) (Grant, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g, ok := w.grants[token.Name()]
	if !ok || !w.clock().Before(g.Expiry) {
		return Grant{}, false
	}
	return *g, true
}

// Fault makes an API of the sandbox misbehave: Status with a body of its kind, HTML instead of JSON, or no answer; or in
// the middle of an answer, after some of its bytes.
type Fault struct {
	Status     int           `json:"status,omitempty"`      // answer with this status
	HTML       bool          `json:"html,omitempty"`        // answer with an HTML page
	Hang       bool          `json:"hang,omitempty"`        // never answer
	NoExpiry   bool          `json:"no_expiry,omitempty"`   // leave the lifetime out of the answer
	Reset      bool          `json:"reset,omitempty"`       // break the connection before an answer
	Stall      bool          `json:"stall,omitempty"`       // fall silent in the middle of an answer
	Cut        bool          `json:"cut,omitempty"`         // break the connection in the middle of an answer
	Late       int           `json:"late,omitempty"`        // end a streamed answer with an error of this status
	Lost       bool          `json:"lost,omitempty"`        // do what was asked, and break the connection before the answer
	Flip       bool          `json:"flip,omitempty"`        // change one bit of the answer's body
	After      int           `json:"after,omitempty"`       // bytes of the answer that come before Stall, Cut, Late and Flip
	Delay      time.Duration `json:"delay,omitempty"`       // before anything else
	RetryAfter time.Duration `json:"retry_after,omitempty"` // send Retry-After
	Times      int           `json:"times,omitempty"`       // this many calls; 0 is until it is taken back
}

// SetFault makes the API with this name ("sts", "iamcredentials", "entra", "vertex", …) misbehave; the zero Fault heals it.
// "vertex@LOCATION" is an API in one location only.
func (w *World) SetFault(api string, f Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if f == (Fault{}) {
		delete(w.faults, api)
		return
	}
	w.faults[api] = f
}

// TakeFault returns the fault that the next call of the API shall show, counting down Times. One of the location goes
// before one of the API; location may be empty.
func (w *World) TakeFault(api, location string) (Fault, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.faults[api+"@"+location]; ok {
		api += "@" + location
	}
	f, ok := w.faults[api]
	if !ok {
		return Fault{}, false
	}
	switch f.Times {
	case 0:
	case 1:
		delete(w.faults, api)
	default:
		left := f
		left.Times--
		w.faults[api] = left
	}
	return f, true
}

func compare(a, b string) int { return cmp.Compare(a, b) }
