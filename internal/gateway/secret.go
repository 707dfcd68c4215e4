package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/policy"
)

// secretsPath is below which a workload asks for the current value of a secret, by its name.
const secretsPath = "/landbridge/v1/secrets/"

// SecretEntry is a secret that a workload may have.
type SecretEntry struct {
	Name      string
	Reference string // where it is kept, for the record
	Quota     policy.Quota
	// Read reads its current version, or one that was the current one a short while ago.
	Read func(ctx context.Context) (Secret, error)
}

// Secret is one version of a secret.
type Secret struct {
	Value   bridge.Secret
	Version string
	Expires time.Time // zero: never
}

// secretMethod is what records and metrics call it.
const secretMethod = "secret"

// secretCall is one asking on its way.
type secretCall struct {
	g      *Gateway
	w      http.ResponseWriter
	r      *http.Request
	id     *identity
	entry  *SecretEntry
	record bridge.Record
	known  string // the call's id, once the log has it
}

// secret gives a workload the value of a secret that lists it. The asking is in the log before the vault is asked, and the version before the value
// leaves; the value never is.
func (g *Gateway) secret(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("Cache-Control", "no-store")
	log := &bridge.Call{ID: rand.Text(), Method: secretMethod}
	ctx, watch := g.o.Observer.Start(r.Context(), r.Header)
	c := &secretCall{g: g, w: w, r: r, record: bridge.Record{Time: g.o.Clock(), Event: bridge.EventAsked, Door: doorName, Caller: r.RemoteAddr, Call: log}}
	err := c.give(ctx, name)
	ended := Ended{Call: log}
	if err != nil {
		log.Status = dialect.Status(err)
		_, ended.Code, _ = reasonOf(err)
		refuse(w, dialect.Vertex, err, c.known)
	}
	watch.End(ctx, ended)
}

func (c *secretCall) give(ctx context.Context, name string) error {
	if err := c.admit(ctx, name); err != nil {
		workload := ""
		if c.id != nil {
			workload = c.id.caller.Name
		}
		c.g.refused(c.r, bridge.Call{ID: c.known, Workload: workload}, err)
		return err
	}
	if err := c.g.o.Recorder.Record(ctx, c.record); err != nil {
		return unrecorded(err)
	}
	c.known = c.record.Call.ID
	secret, err := c.entry.Read(ctx)
	told := err
	if err != nil {
		told = unread(c.entry.Name, err)
	}
	unchanged := err == nil && c.r.Header.Get("If-None-Match") == etag(secret.Version)
	if err := c.ended(ctx, secret.Version, unchanged, err, told); err != nil {
		return err
	}
	if told == nil {
		c.answer(secret, unchanged)
	}
	return told
}

// admit finds out who asks, and whether it may have the secret, and so often.
func (c *secretCall) admit(ctx context.Context, name string) (err error) {
	if c.r.Method != http.MethodGet {
		c.w.Header().Set("Allow", http.MethodGet)
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "verb_refused", Status: http.StatusMethodNotAllowed, Text: "a secret is asked for with GET", Hint: "landbridge secret rotate sets a new value"}
	}
	if c.id, err = c.g.who(c.r); err != nil {
		return err
	}
	caller := &c.id.caller
	if c.g.o.Secret != nil {
		c.entry = c.g.o.Secret(caller.Name, name)
	}
	if c.entry == nil {
		return &bridge.Error{
			Kind: bridge.Refused, Hop: bridge.HopDoor, Code: "secret_unknown", Status: http.StatusNotFound, Text: fmt.Sprintf("there is no secret %.64q for %s", name, caller.Name),
			Hint: "name it under backup.secrets of the gateway, with this workload in workloads",
		}
	}
	c.record.Issuer, c.record.Subject, c.record.Call.Workload = caller.Issuer, caller.Subject, caller.Name
	c.record.Data = &bridge.Data{Run: c.record.Call.ID, Act: "secret-get", Dataset: c.entry.Name, Source: c.entry.Reference}
	if c.g.o.Quotas == nil {
		return nil
	}
	taken, err := c.g.o.Quotas.Reserve(ctx, policy.QuotaKey(secretsPath+c.entry.Name, caller.Name), c.entry.Quota, 0)
	if err != nil {
		return tooMany(err)
	}
	taken.Settle(0)
	return nil
}

// ended writes down how it ends, before the caller sees it.
func (c *secretCall) ended(ctx context.Context, version string, unchanged bool, why, told error) error {
	r, now := c.record, c.g.o.Clock()
	r.Event, r.Took, r.Time = bridge.EventAnswered, now.Sub(r.Time), now
	r.Hop, r.Code, r.Reason = reasonOf(why)
	r.Call.Status = http.StatusOK
	switch {
	case told != nil:
		r.Call.Status = dialect.Status(told)
	case unchanged:
		r.Call.Status = http.StatusNotModified
	}
	data := *r.Data
	data.At = version
	r.Data = &data
	if err := c.g.o.Recorder.Record(context.WithoutCancel(ctx), r); err != nil {
		return unrecorded(err)
	}
	return nil
}

// answer writes the value as it is, or nothing where the caller has it.
func (c *secretCall) answer(s Secret, unchanged bool) {
	h := c.w.Header()
	h.Set("Etag", etag(s.Version))
	h.Set("X-Landbridge-Secret-Version", s.Version)
	h.Set(callHeader, c.record.Call.ID)
	if !s.Expires.IsZero() {
		h.Set("X-Landbridge-Secret-Expires", s.Expires.UTC().Format(time.RFC3339))
	}
	if unchanged {
		c.w.WriteHeader(http.StatusNotModified)
		return
	}
	value := s.Value.Reveal()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(value)))
	_, _ = io.WriteString(c.w, value) // the caller may be gone; nobody is left to tell
}

func etag(version string) string { return `"` + version + `"` }

// unread is what a caller is told when the vault did not give the secret: the vault's own words are the operator's.
func unread(name string, why error) error {
	out := &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopDoor, Code: "secret_unread", Status: http.StatusBadGateway,
		Text: fmt.Sprintf("secret %q cannot be read from its vault", name), Hint: "the gateway's audit log says why, under the id of this call", Cause: why,
	}
	if e, ok := errors.AsType[*bridge.Error](why); ok && e.Retry {
		out.Code, out.Status, out.RetryAfter, out.Hint = "vault_unreachable", http.StatusServiceUnavailable, max(e.RetryAfter, 2*time.Second), "try again"
		out.Text = fmt.Sprintf("the vault of secret %q cannot be reached", name)
	}
	return out
}

// secretName is the name that a path asks for; false where the path is another.
func secretName(path string) (string, bool) { return strings.CutPrefix(path, secretsPath) }
