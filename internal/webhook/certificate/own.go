package certificate

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Store keeps a Secret for all replicas.
type Store interface {
	// Load returns the Secret's data and its version. A Secret that does not exist is no data, an empty version and no error.
	Load(ctx context.Context) (data map[string][]byte, version string, err error)
	// Save replaces the data of the Secret of that version; with an empty version it creates the Secret. When another replica
	// was faster it returns a *bridge.Error with the code CodeConflict.
	Save(ctx context.Context, data map[string][]byte, version string) error
}

// CodeConflict is the bridge.Error.Code of a Save that came too late.
const CodeConflict = "conflict"

// Bundle tells the cluster which authorities to trust: the caBundle of each webhook of a MutatingWebhookConfiguration.
type Bundle interface {
	// Apply sets it where it differs.
	Apply(ctx context.Context, authorities []byte) error
}

// OwnOptions configure an Own. Store, Bundle, Names and Clock are needed.
type OwnOptions struct {
	Store  Store
	Bundle Bundle
	// Names are the DNS names by which the API server calls: SERVICE.NAMESPACE.svc.
	Names []string
	Clock bridge.Clock

	// Life of a certificate, renewed when two thirds of it are over; 90 days when zero.
	Life time.Duration
	// Every is how often the Secret is looked at and the cluster's trust mended; 1 min when zero.
	Every time.Duration
	// Settle is how long a new authority is known to the cluster before its certificate is served; 5 min when zero.
	Settle time.Duration
	Logger *slog.Logger
}

// Own is a certificate that is made and renewed here.
type Own struct {
	holder
	o OwnOptions
}

// NewOwn checks the options; nothing is made before Run.
func NewOwn(o OwnOptions) (*Own, error) {
	if o.Store == nil || o.Bundle == nil || o.Clock == nil || len(o.Names) == 0 {
		return nil, fault(bridge.Usage, "certificate_options", "a serving certificate of its own needs a store, a bundle, names and a clock", nil)
	}
	o.Life = cmp.Or(o.Life, 90*24*time.Hour)
	o.Every, o.Settle = cmp.Or(o.Every, time.Minute), cmp.Or(o.Settle, 5*time.Minute)
	o.Logger = logger(o.Logger)
	return &Own{o: o}, nil
}

// Run makes the certificate, or takes the one that another replica made, and renews it until ctx ends. A failure is
// reported and tried again, soon while there is no certificate yet.
func (o *Own) Run(ctx context.Context) error {
	wait := time.Second
	for {
		err := o.step(ctx)
		if err != nil && ctx.Err() == nil {
			o.why.Store(&err)
			o.o.Logger.WarnContext(ctx, "the serving certificate cannot be looked after", slog.Any("error", err))
		}
		if err == nil || o.served.Load() != nil {
			wait = o.o.Every
		} else {
			wait = min(2*wait, o.o.Every)
		}
		again := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			again.Stop()
			return nil
		case <-again.C:
		}
	}
}

// attempts bounds how often a step starts anew because another replica was faster.
const attempts = 5

func (o *Own) step(ctx context.Context) error {
	var err error
	for range attempts {
		if err = o.tend(ctx); !conflict(err) {
			return err
		}
	}
	return err
}

func conflict(err error) bool {
	e, ok := errors.AsType[*bridge.Error](err)
	return ok && e.Code == CodeConflict
}

// tend is one look: what the Secret says, what is due, what the cluster trusts, what is served.
func (o *Own) tend(ctx context.Context) error {
	data, version, err := o.o.Store.Load(ctx)
	if err != nil {
		return err
	}
	if err := foreign(data); err != nil {
		return err
	}
	s, now := readState(data), o.o.Clock()
	changed, err := s.renew(o.o.Names, now, o.o.Life)
	if err != nil {
		return fault(bridge.Fault, "certificate_issue", "a serving certificate cannot be made", err)
	}
	if changed {
		if err := o.o.Store.Save(ctx, s.data(), version); err != nil {
			return err
		}
		if data, version, err = o.o.Store.Load(ctx); err != nil {
			return err
		}
		s = readState(data)
	}
	if err := o.o.Bundle.Apply(ctx, data[keyBundle]); err != nil {
		return err
	}
	if s.settle(now, o.o.Settle) {
		if err := o.o.Store.Save(ctx, s.data(), version); err != nil {
			return err
		}
	}
	o.serve(ctx, s.current)
	return nil
}

func (o *Own) serve(ctx context.Context, p *pair) {
	if p == nil {
		return
	}
	if now := o.served.Load(); now != nil && now.Leaf.Equal(p.Leaf) {
		return
	}
	o.served.Store(new(tls.Certificate(p.Certificate)))
	o.o.Logger.InfoContext(ctx, "serving certificate taken", slog.Time("expires", p.Leaf.NotAfter))
}

// foreign refuses a Secret that holds something else, which a Save would wipe out.
func foreign(data map[string][]byte) error {
	if len(data) == 0 {
		return nil
	}
	for key := range data {
		switch key {
		case keyCert, keyKey, keyBundle, keyNextCert, keyNextKey, keyNextSince:
		default:
			e := fault(bridge.Usage, "certificate_secret_foreign", "the secret of the serving certificate holds something else, under the key "+key, nil)
			e.Hint = "name another secret in doors.webhook.secret, or remove that key"
			return e
		}
	}
	return nil
}
