// Package keyvaultapi pretends the data plane of Azure Key Vault: keys that sign and wrap, secrets with versions, soft delete.
//
// Requests of Azure's own clients enter, and through Store what a test wishes a vault to hold; answers in the real shapes and refusals
// in the real words leave. Who calls is decided by Options.Caller, what a caller may by the world's role assignments. It must never
// give out a private key, answer a call that no role allows, or pretend a call that it does not know: that is 501.
package keyvaultapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Caller is who sends a request.
type Caller struct{ ObjectID, ClientID, Issuer string }

// Prove finds out who sends a request to a vault, or says in Key Vault's words why nobody does: a 401 with a challenge.
type Prove func(rw http.ResponseWriter, r *http.Request, t Target) (Caller, *Problem)

// Options configure New.
type Options struct {
	Caller Prove
}

// API is Key Vault as a handler.
type API struct {
	store   *Store
	options Options
}

// New returns the API over a store.
func New(s *Store, o Options) *API { return &API{store: s, options: o} }

// call is one request on its way.
type call struct {
	*http.Request
	Target
	rw    http.ResponseWriter
	store *Store
	vault *vault
	who   Caller
	words []string // of the path: keys NAME VERSION VERB
}

// operation is one call of the API and the right that it takes.
type operation struct {
	action string // below Microsoft.KeyVault/vaults/
	serve  func(*call) (any, *Problem)
}

// operations are known by method and path, in which NAME and VERSION stand for any.
func operations() map[string]operation {
	return map[string]operation{
		"GET keys":                         {"keys/read", (*call).listKeys},
		"GET keys NAME":                    {"keys/read", (*call).getKey},
		"GET keys NAME VERSION":            {"keys/read", (*call).getKey},
		"GET keys NAME versions":           {"keys/read", (*call).listKeyVersions},
		"POST keys NAME rotate":            {"keys/rotate/action", (*call).rotateKey},
		"POST keys NAME VERSION sign":      {"keys/sign/action", (*call).sign},
		"POST keys NAME VERSION verify":    {"keys/verify/action", (*call).verify},
		"POST keys NAME VERSION wrapkey":   {"keys/wrap/action", (*call).wrap},
		"POST keys NAME VERSION unwrapkey": {"keys/unwrap/action", (*call).unwrap},

		"GET secrets":                      {"secrets/readMetadata/action", (*call).listSecrets},
		"GET secrets NAME":                 {"secrets/getSecret/action", (*call).getSecret},
		"GET secrets NAME VERSION":         {"secrets/getSecret/action", (*call).getSecret},
		"GET secrets NAME versions":        {"secrets/readMetadata/action", (*call).listSecretVersions},
		"PUT secrets NAME":                 {"secrets/setSecret/action", (*call).setSecret},
		"PATCH secrets NAME VERSION":       {"secrets/update/action", (*call).updateSecret},
		"DELETE secrets NAME":              {"secrets/delete", (*call).deleteSecret},
		"GET deletedsecrets":               {"secrets/readMetadata/action", (*call).listDeleted},
		"GET deletedsecrets NAME":          {"secrets/getSecret/action", (*call).getDeleted},
		"DELETE deletedsecrets NAME":       {"secrets/purge/action", (*call).purgeSecret},
		"POST deletedsecrets NAME recover": {"secrets/recover/action", (*call).recoverSecret},
	}
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	h := rw.Header()
	h.Set("x-ms-request-id", world.GUID())
	h.Set("x-ms-keyvault-service-version", "1.9.2000.1")
	out, p := a.serve(rw, r)
	if p != nil {
		p.write(rw)
		return
	}
	answer(rw, out)
}

func (a *API) serve(rw http.ResponseWriter, r *http.Request) (any, *Problem) {
	t, ok := a.store.Target(r)
	if !ok {
		return nil, problem(http.StatusNotFound, "VaultNotFound", "The vault does not exist.")
	}
	who, p := a.options.Caller(rw, r, t)
	if p != nil {
		return nil, p
	}
	c := &call{Request: r, Target: t, rw: rw, store: a.store, who: who, words: wordsOf(t.Path)}
	op, known := c.find()
	if !known || len(c.words) == 0 {
		return nil, notPretended(r)
	}
	if r.URL.Query().Get("api-version") == "" {
		return nil, problem(http.StatusBadRequest, "BadParameter", "The request URI does not contain an api-version.")
	}
	if !a.store.world.AllowedData(who.ObjectID, "Microsoft.KeyVault/vaults/"+op.action, c.scope()) {
		return nil, c.forbidden(op.action)
	}
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	c.vault = a.store.vaults[t.Vault.Name]
	return op.serve(c)
}

// wordsOf are the elements of a path; an empty one is none.
func wordsOf(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(word string) bool { return word == "" })
}

// find picks the operation by method and path. "versions" and "rotate" are no versions: those have 32 digits. A key is used in its
// current version where the path names none.
func (c *call) find() (operation, bool) {
	words := slices.Clone(c.words)
	if len(words) == 3 && words[0] == "keys" && slices.Contains([]string{"sign", "verify", "wrapkey", "unwrapkey"}, words[2]) {
		words = slices.Insert(words, 2, "VERSION")
	}
	if len(words) > 1 {
		words[1] = "NAME"
	}
	if len(words) > 2 && versionForm().MatchString(words[2]) {
		words[2] = "VERSION"
	}
	op, ok := operations()[c.Method+" "+strings.Join(words, " ")]
	return op, ok
}

func (c *call) name() string { return c.words[1] }

// version that the path names; "" for the current one.
func (c *call) version() string {
	if len(c.words) > 2 && versionForm().MatchString(c.words[2]) {
		return c.words[2]
	}
	return ""
}

// scope is where roles are looked for: one key or secret, and what is above it.
func (c *call) scope() string {
	out := c.Vault.ResourceID
	if len(c.words) > 1 {
		out += "/" + strings.TrimPrefix(c.words[0], "deleted") + "/" + c.words[1]
	}
	return out
}
