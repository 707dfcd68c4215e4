package app

import (
	"context"
	"log/slog"
	"path/filepath"

	"github.com/landbridge/landbridge/internal/audit"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/manifest"
)

// AuditReport is what is proven of one file of the audit log.
type AuditReport = audit.Report

// auditSigning is the key of audit.signing. It calls no cloud.
func (a *App) auditSigning(d *depot, cfg *config.Config) (*signing, error) {
	if cfg.Audit == nil || cfg.Audit.Signing == nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "audit_unsigned", Text: "the configuration has no audit.signing", Hint: "add audit: {signing: {}} for a key of this machine's own"}
	}
	s := cfg.Audit.Signing
	return d.signing(s.Key, s.TrustedFile, filepath.Join(a.StateDir(), "keys"))
}

// auditSealer seals the audit log of what is open; nil where nothing signs it.
func (a *App) auditSealer(c *crossing) (*audit.Sealer, error) {
	if c.cfg.Audit == nil || c.cfg.Audit.Signing == nil {
		return nil, nil //nolint:nilnil // there is nothing to seal
	}
	d := a.depot(c)
	c.closers = append(c.closers, d.Close)
	keys, err := a.auditSigning(d, c.cfg)
	if err != nil {
		return nil, err
	}
	return audit.NewSealer(audit.SealerOptions{
		Log: c.audit, Clock: a.host.Clock, Every: c.cfg.Audit.Signing.Every,
		Signer: func(ctx context.Context) (audit.Signer, error) { return keys.signer(ctx) },
		Failed: func(err error) {
			a.host.Log.WarnContext(context.Background(), "the audit log cannot be sealed: what it says is kept, and sealed when it can be", slog.Any("error", err))
		},
	}), nil
}

// AuditSeal seals the audit log now; false when there is nothing in it that is not sealed.
func (a *App) AuditSeal(ctx context.Context, cfg *config.Config) (made bool, err error) {
	if cfg.Audit == nil || cfg.Audit.Signing == nil {
		_, err := a.auditSigning(nil, cfg)
		return false, err
	}
	c, err := a.open(cfg, "cli")
	if err != nil {
		return false, err
	}
	defer c.close()
	sealer, err := a.auditSealer(c)
	if err != nil {
		return false, err
	}
	return sealer.Seal(ctx)
}

// AuditVerify holds files of the audit log to their seals, the oldest first; the configured one when none is named.
func (a *App) AuditVerify(ctx context.Context, cfg *config.Config, files []string) ([]AuditReport, error) {
	if len(files) == 0 && cfg.Audit != nil {
		files = []string{cfg.Audit.File}
	}
	quiet := *cfg
	quiet.Audit = nil // verifying writes nothing to what it verifies
	c, err := a.open(&quiet, "cli")
	if err != nil {
		return nil, err
	}
	defer c.close()
	d := a.depot(c)
	defer d.Close()
	signing, err := a.auditSigning(d, cfg)
	if err != nil {
		return nil, err
	}
	keys, err := signing.believed(ctx)
	if err != nil {
		return nil, err
	}
	return audit.Verify(auditKeys{keys}, files...)
}

// auditKeys are the keys whose seals are believed.
type auditKeys struct{ manifest.Keys }

// Knows implements audit.Keys.
func (k auditKeys) Knows(id string) bool { return k.Keys[id] != nil }
