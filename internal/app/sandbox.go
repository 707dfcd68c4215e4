package app

import (
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/sandbox"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/wire"
)

// Profile says where everything in a sandbox is and what it is called.
type Profile = sandbox.Profile

// Sandbox is a pair of pretended clouds that a command may use: one that runs already, or one of its own.
type Sandbox struct {
	Profile Profile `json:"profile"`
	// TokenFile is the projected service-account token of the pretended pod; CAFile who signed the certificates.
	TokenFile string `json:"token_file"`
	CAFile    string `json:"ca_file"`
	PID       int    `json:"pid"`

	stop func() error // nil when it is not ours
}

// dir is the sandbox's own folder.
func (s *Sandbox) dir() string { return filepath.Dir(s.TokenFile) }

// Sandbox finds the sandbox that runs, or starts one that lives until Close.
func (a *App) Sandbox(ctx context.Context) (*Sandbox, error) {
	if s := a.running(ctx); s != nil {
		a.host.Log.InfoContext(ctx, "using the sandbox that runs", slog.String("at", s.Profile.HTTP))
		return s, nil
	}
	dir, err := os.MkdirTemp("", "landbridge-sandbox-")
	if err != nil {
		return nil, cannotWrite(os.TempDir(), err)
	}
	// Its end is Close, not ctx: a program that exec runs has time to end by itself, and needs its clouds until then.
	s, run, err := a.startSandbox(context.WithoutCancel(ctx), SandboxOptions{}, dir)
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- run() }()
	stop := s.stop
	s.stop = func() error {
		_ = stop()
		return errors.Join(<-ended, os.RemoveAll(dir))
	}
	a.host.Log.InfoContext(ctx, "started a sandbox for this command")
	return s, nil
}

// Pace is how slow the pretended clouds are.
type Pace = world.Pace

// SandboxOptions say how a sandbox is run.
type SandboxOptions struct {
	HTTP, HTTPS string // addresses; free ports of 127.0.0.1 when empty
	ExtraHTTP   []string
	RotateKeys  time.Duration
	Faults      []Fault
	Pace        Pace
	Log         *slog.Logger // a line for each request; nil keeps silent
}

// RunSandbox runs a sandbox that other commands find, until ctx ends. Started is called once, when it answers.
func (a *App) RunSandbox(ctx context.Context, o SandboxOptions, started func(*Sandbox)) error {
	state := a.StateDir()
	dir, err := ownDir(state, o)
	if err != nil {
		return err
	}
	if !a.believed(state) { // asked once it is made: what is made in it is not yet used
		_ = os.Remove(dir)
		return &bridge.Error{Kind: bridge.Refused, Code: "state_dir_foreign", Text: "the state folder " + state + " is another's, or others can write it", Hint: "set LANDBRIDGE_STATE_DIR or HOME to a folder of your own"}
	}
	a.sweep(ctx, state)
	s, run, err := a.startSandbox(ctx, o, dir)
	if err != nil {
		_ = os.Remove(filepath.Join(dir, "arc"))
		_ = os.Remove(dir) // when it is empty: at a taken address it is another's
		return err
	}
	defer a.withdraw(s, state)
	if err := a.announce(s, state); err != nil {
		return errors.Join(err, s.stop(), run())
	}
	if started != nil {
		started(s)
	}
	return run()
}

// startSandbox starts the clouds and the pretended pod; run waits for their end, the Sandbox's stop brings it about.
func (a *App) startSandbox(ctx context.Context, o SandboxOptions, dir string) (*Sandbox, func() error, error) {
	arc := filepath.Join(dir, "arc")
	if err := os.MkdirAll(arc, 0o700); err != nil {
		return nil, nil, cannotWrite(arc, err)
	}
	clouds, err := sandbox.New(sandbox.Options{
		Clock: a.host.Clock, HTTPAddr: o.HTTP, HTTPSAddr: o.HTTPS, ExtraHTTP: o.ExtraHTTP, RotateKeys: o.RotateKeys, ArcDir: arc, Log: o.Log,
	})
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return clouds.Run(ctx) })
	fail := func(err error) (*Sandbox, func() error, error) {
		cancel()
		return nil, nil, errors.Join(err, group.Wait())
	}
	select {
	case <-clouds.Ready():
	case <-ctx.Done():
		if s, run, err := fail(nil); err != nil {
			return s, run, err
		}
		return nil, nil, &bridge.Error{Kind: bridge.Unreachable, Code: "canceled", Text: "the sandbox was ended before it answered", Cause: ctx.Err()}
	}
	clouds.World().SetPace(o.Pace)
	for _, f := range o.Faults {
		if f.Code == "" {
			clouds.World().SetFault(f.API, f.Fault)
		} else if err := clouds.Provoke(f.Code); err != nil {
			return fail(err)
		}
	}
	s := &Sandbox{
		Profile: clouds.Profile(), TokenFile: filepath.Join(dir, "token"), CAFile: filepath.Join(dir, "ca.pem"), PID: os.Getpid(),
		stop: func() error { cancel(); return nil },
	}
	if err := writeAtomically(s.CAFile, []byte(s.Profile.CAPEM)); err != nil {
		return fail(err)
	}
	if err := writeAtomically(s.GatewayFile(), s.gatewayConfig()); err != nil {
		return fail(err)
	}
	if err := writeAtomically(s.DatasetsFile(), s.datasetsConfig()); err != nil {
		return fail(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.Profile.CAPEM))
	p := pod{client: wire.New(wire.Options{NoProxy: true, RootCAs: roots, UserAgent: a.agent()}), clock: a.host.Clock, profile: s.Profile, path: s.TokenFile}
	renew, err := p.project(ctx)
	if err != nil {
		return fail(err)
	}
	group.Go(func() error { return keepFresh(ctx, renew, p.project) })
	// The operator's first token makes a signing key, which takes a moment that only set-up needs: it does not hold the start up.
	group.Go(func() error { return keepFresh(ctx, 0, operator{p.client, s}.signIn) })
	return s, group.Wait, nil
}

// GoogleOperatorFile and AzureOperatorFile hold the access tokens of the person who sets things up, KubeconfigFile that
// person's contexts: one for each cluster, by its name.
func (s *Sandbox) GoogleOperatorFile() string { return filepath.Join(s.dir(), "google-operator") }

// AzureOperatorFile is GoogleOperatorFile for Azure Resource Manager.
func (s *Sandbox) AzureOperatorFile() string { return filepath.Join(s.dir(), "azure-operator") }

// KubeconfigFile leads to the sandbox's clusters.
func (s *Sandbox) KubeconfigFile() string { return filepath.Join(s.dir(), "kubeconfig") }

// SetupFlags lead a set-up to the sandbox's clouds, whatever its file says of operators and addresses.
func (s *Sandbox) SetupFlags() []config.Flag {
	z := s.Profile.Azure
	return sandboxFlags([][2]string{
		{"setup.kubeconfig", s.KubeconfigFile()},
		{"setup.google.operator.kind", "file"},
		{"setup.google.operator.file", s.GoogleOperatorFile()},
		{"setup.google.endpoints.iam", s.Profile.HTTP},
		{"setup.google.endpoints.resource_manager", s.Profile.HTTP},
		{"setup.google.endpoints.service_usage", s.Profile.HTTP},
		{"setup.google.endpoints.sts", s.Profile.HTTP},
		{"setup.google.endpoints.iam_credentials", s.Profile.HTTP},
		{"setup.google.endpoints.aiplatform", s.Profile.HTTP},
		{"setup.azure.operator.kind", "file"},
		{"setup.azure.operator.file", s.AzureOperatorFile()},
		{"setup.azure.authority_host", z.AuthorityURL},
		{"setup.azure.endpoints.resource_manager", z.ARMURL},
	})
}

// AuditFile is where "up" keeps its audit log.
func (s *Sandbox) AuditFile() string { return filepath.Join(s.dir(), "audit.jsonl") }

// Own says whether the sandbox lives only as long as this command.
func (s *Sandbox) Own() bool { return s.stop != nil }

// Close ends a sandbox of this command's own.
func (s *Sandbox) Close() error {
	if s.stop == nil {
		return nil
	}
	return s.stop()
}

// Flags is the configuration that leads to the sandbox's clouds, for both ways.
func (s *Sandbox) Flags() []config.Flag {
	g, z := s.Profile.Google, s.Profile.Azure
	return sandboxFlags([][2]string{
		{"to_google.source.kind", "kubernetes"},
		{"to_google.source.file", s.TokenFile},
		{"to_google.provider", g.Provider},
		{"to_google.service_account", g.ServiceAccount},
		{"to_google.project", g.ProjectID},
		{"to_google.project_number", g.ProjectNumber},
		{"to_google.location", g.Location},
		{"to_google.endpoints.sts", s.Profile.HTTP},
		{"to_google.endpoints.iam_credentials", g.CredentialsURL},
		{"to_google.endpoints.aiplatform", g.VertexURL},
		{"to_google.endpoints.model_armor", s.Profile.HTTP},
		{"to_google.endpoints.dlp", s.Profile.HTTP},
		{"to_azure.source.kind", "google-metadata"},
		{"to_azure.source.metadata_host", g.MetadataHost},
		{"to_azure.tenant_id", z.TenantID},
		{"to_azure.client_id", z.ReaderClientID},
		{"to_azure.authority_host", z.AuthorityURL},
		{"to_azure.storage_account_url", z.StorageURL},
		{"to_azure.endpoints.resource_manager", z.ARMURL},
		{"tls.ca_file", s.CAFile},
	})
}

func sandboxFlags(values [][2]string) []config.Flag {
	flags := make([]config.Flag, len(values))
	for i, v := range values {
		flags[i] = config.Flag{Name: "sandbox", Path: v[0], Value: v[1]}
	}
	return flags
}
