package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// ExecOptions say what is run. Config and Args are needed.
type ExecOptions struct {
	Config *config.Config
	Args   []string
	// Secrets are given to the program in its environment, and nowhere else.
	Secrets []SecretVariable
}

// SecretVariable is a secret of the configuration and the variable that holds its value.
type SecretVariable struct{ Secret, Variable string }

// Exec runs a program whose Google SDK finds a metadata server of its own, and returns the program's exit code. The first
// lease and every secret are had before the program starts, so that a refusal is told here and not in the program's stack trace.
func (a *App) Exec(ctx context.Context, o ExecOptions) (code int, err error) {
	cfg := o.Config
	c, err := a.open(cfg, "exec")
	if err != nil {
		return 0, err
	}
	defer c.close()
	way, err := c.way(bridge.Google)
	if err != nil {
		return 0, err
	}
	for _, line := range way.Describe() {
		a.tell(line)
	}
	if _, err := way.Lease(ctx, bridge.LeaseRequest{}); err != nil {
		return 0, err
	}
	values, err := a.secretVariables(ctx, c, o.Secrets)
	if err != nil {
		return 0, err
	}
	var door config.MetadataDoor
	if cfg.Doors.Metadata != nil {
		door = *cfg.Doors.Metadata
	}
	server, err := a.metadataDoor(c, door, ownUser(), nil)
	if err != nil {
		return 0, err
	}
	l, err := listen(ctx, "metadata", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	empty, err := a.hideCredentials()
	if err != nil {
		_ = l.Close()
		return 0, err
	}
	defer os.RemoveAll(empty) // "" removes nothing

	env := childEnv{
		Secrets: values, MetadataAddr: l.Addr().String(), Project: c.toGoogle.Project, Location: c.toGoogle.Location,
		VertexURL: cfg.ToGoogle.Endpoints.AIPlatform, EmptyConfigDir: empty,
	}
	run := child{args: o.Args, env: env.apply(a.host.Environ), stdin: a.host.Stdin, stdout: a.host.Stdout, stderr: a.host.Stderr}
	err = c.recording(func() (err error) {
		code, err = beside(ctx, func(ctx context.Context) error { return server.Run(ctx, l) }, run)
		return err
	})
	return code, err
}

// secretVariables are the values of secrets by the variables that hold them, each on record.
func (a *App) secretVariables(ctx context.Context, c *crossing, wanted []SecretVariable) (map[string]string, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	s, done := a.secretsOf(c)
	defer done()
	values := map[string]string{}
	for _, one := range wanted {
		if owned(one.Variable) {
			return nil, &bridge.Error{Kind: bridge.Usage, Code: "variable_refused", Text: "variable " + one.Variable + " is one by which Google's SDKs find their token", Hint: "give the secret another variable"}
		}
		value, err := s.value(ctx, one.Secret)
		if err != nil {
			return nil, err
		}
		if strings.ContainsRune(value.Reveal(), 0) {
			return nil, &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopKeys, Code: "value_refused", Text: "the value of secret " + one.Secret + " has a zero byte, which no environment variable can hold", Hint: "let the program read it by landbridge secret get"}
		}
		values[one.Variable] = value.Reveal()
	}
	return values, nil
}

// beside runs a child while serve serves. The door outlives the child's last request, and the end of ctx, which the child
// is told first.
func beside(ctx context.Context, serve func(context.Context) error, run child) (int, error) {
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	served := make(chan error, 1)
	go func() { served <- serve(serving) }()
	code, err := run.run(ctx)
	stop()
	return code, errors.Join(err, <-served)
}

// ownUser is the list of users that a private door serves: this one. Where the kernel cannot say who asks, loopback has
// to do.
func ownUser() []uint32 {
	if runtime.GOOS != "linux" {
		return nil
	}
	return []uint32{uint32(os.Getuid())} // #nosec G115 -- a user id is not negative on Linux
}

// hideCredentials makes an empty folder to stand in for gcloud's, when that one holds application default credentials: every
// SDK prefers them to a metadata server. It returns "" when there are none.
func (a *App) hideCredentials() (string, error) {
	dir := a.host.Env("CLOUDSDK_CONFIG")
	if dir == "" && a.host.Env("HOME") != "" {
		dir = filepath.Join(a.host.Env("HOME"), ".config", "gcloud")
	}
	known := filepath.Join(dir, "application_default_credentials.json")
	if dir == "" {
		return "", nil
	}
	if _, err := os.Stat(known); err != nil {
		return "", nil
	}
	a.host.Log.Warn("credentials are hidden from the program: they would win over the metadata server", slog.String("file", known))
	empty, err := os.MkdirTemp("", "landbridge-exec-")
	if err != nil {
		return "", &bridge.Error{Kind: bridge.Fault, Code: "temporary_folder", Text: "cannot make a temporary folder", Cause: err}
	}
	return empty, nil
}
