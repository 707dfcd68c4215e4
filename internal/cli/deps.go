package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

// deps is what every command is built with. Its flags are filled in before a command runs.
type deps struct {
	ctx     context.Context // of the run
	io      IO
	version string
	out     *printer

	configPath string
	output     string
	quiet      bool
	verbose    bool
	sandbox    bool
	sets       []string

	silent bool          // nothing at all on standard error: an SDK reads it
	clouds *app.Sandbox  // that --sandbox found or started
	shores []config.Flag // where a set-up finds its clouds and its operators; --set wins over them
}

// app is the assembly with this run's streams and environment.
func (d *deps) app() *app.App {
	level := slog.LevelInfo
	switch {
	case d.silent:
		level = slog.LevelError + 1
	case d.quiet:
		level = slog.LevelWarn
	case d.verbose:
		level = slog.LevelDebug
	}
	issuers := ""
	if d.clouds != nil {
		issuers = d.clouds.Profile.HTTPS
	}
	return app.New(app.Host{
		Issuers: issuers,

		Clock: time.Now, Env: d.env(), Environ: d.io.Environ, Log: newLog(d.io.Stderr, level),
		Stdin: d.io.Stdin, Stdout: d.io.Stdout, Stderr: d.io.Stderr, ReadFile: d.readFile, Version: readBuild(d.version).Version,
	})
}

// close ends a sandbox that this run started.
func (d *deps) close() error {
	if d.clouds == nil {
		return nil
	}
	return d.clouds.Close()
}

// ownSandbox says whether the sandbox ends with this command.
func (d *deps) ownSandbox() bool { return d.clouds != nil && d.clouds.Own() }

func (d *deps) persistentFlags(fs *pflag.FlagSet) {
	fs.StringVar(&d.configPath, "config", "", "configuration `file` (default: $LANDBRIDGE_CONFIG, else landbridge.yaml if it is there)")
	fs.StringVar(&d.output, "output", "table", "`format` of results: table or json")
	fs.BoolVar(&d.quiet, "quiet", false, "no progress and no hints on standard error")
	fs.BoolVar(&d.verbose, "verbose", false, "also what was looked at and not chosen")
	fs.BoolVar(&d.sandbox, "sandbox", false, "talk to a running sandbox, or start one for this command: no cloud account needed")
	fs.StringArrayVar(&d.sets, "set", nil, "override one value of the configuration, as `path=value`, such as to_google.location=us-central1")
}

// env looks up an environment variable of this run; the last of several wins, as in a shell.
func (d *deps) env() bridge.Env {
	return func(key string) string {
		for i := len(d.io.Environ) - 1; i >= 0; i-- {
			if name, value, _ := strings.Cut(d.io.Environ[i], "="); name == key {
				return value
			}
		}
		return ""
	}
}

// path is a file's path as the user meant it: relative to the working directory.
func (d *deps) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.io.Dir, name)
}

// config loads the configuration, prints what is wrong with it, and returns an error when that must stop the command.
// More are values of the command's own flags; they win over --set.
func (d *deps) config(more ...config.Flag) (*config.Config, error) {
	cfg, problems, err := d.loadConfig(more...)
	if err != nil {
		return nil, err
	}
	return d.judge(cfg, problems)
}

// datasets loads the configuration of the commands on datasets: with --sandbox and no file, the one that the sandbox wrote.
func (d *deps) datasets() (*config.Config, error) {
	if d.sandbox && d.configPath == "" {
		s, err := d.findSandbox()
		if err != nil {
			return nil, err
		}
		d.configPath = s.DatasetsFile()
	}
	return d.config()
}

func (d *deps) judge(cfg *config.Config, problems config.Problems) (*config.Config, error) {
	if err := problems.Err(); d.out.json && err != nil {
		return nil, err // one object on standard error, and nothing beside it
	}
	if !d.out.json {
		d.out.problems(problems)
	}
	if n := len(problems.Mistakes()); n > 0 {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "configuration_invalid",
			Text: counted(n, "mistake") + " in the configuration; nothing was started",
		}
	}
	return cfg, nil
}

// reload reads the configuration anew while doors are open: what is wrong with it is told by whoever asked.
func (d *deps) reload() (*config.Config, error) {
	cfg, problems, err := d.loadConfig()
	if err == nil {
		err = problems.Err()
	}
	return cfg, err
}

// loadConfig loads the configuration and judges nothing.
func (d *deps) loadConfig(more ...config.Flag) (*config.Config, config.Problems, error) {
	flags, err := d.setFlags()
	if err != nil {
		return nil, nil, err
	}
	if d.sandbox {
		s, err := d.findSandbox()
		if err != nil {
			return nil, nil, err
		}
		flags = slices.Concat(s.Flags(), d.shores, flags)
	}
	cfg, problems := config.Load(config.Options{
		Path: d.findConfig(), ReadFile: d.readFile, Environ: d.io.Environ, Flags: append(flags, more...),
	})
	return cfg, problems, nil
}

// findSandbox is the sandbox that --sandbox means: one that runs, or one for this command.
func (d *deps) findSandbox() (s *app.Sandbox, err error) {
	if d.clouds == nil {
		d.clouds, err = d.app().Sandbox(d.ctx)
	}
	return d.clouds, err
}

// findConfig is the file to load: --config, $LANDBRIDGE_CONFIG, landbridge.yaml if it is there, or none.
func (d *deps) findConfig() string {
	const usual = "landbridge.yaml"
	switch {
	case d.configPath != "":
		return d.configPath
	case d.sandbox:
		return "" // the sandbox is the configuration, unless a file is named
	case d.env()("LANDBRIDGE_CONFIG") != "":
		return d.env()("LANDBRIDGE_CONFIG")
	}
	if _, err := os.Stat(d.path(usual)); err != nil {
		return ""
	}
	return usual
}

// setFlags takes --set path=value apart.
func (d *deps) setFlags() ([]config.Flag, error) {
	var out []config.Flag
	for _, s := range d.sets {
		path, value, ok := strings.Cut(s, "=")
		if !ok || path == "" {
			return nil, &bridge.Error{
				Kind: bridge.Usage, Code: "flag_value_invalid",
				Text: "--set wants path=value", Hint: "write --set to_google.location=us-central1",
			}
		}
		out = append(out, config.Flag{Name: "set", Path: path, Value: value})
	}
	return out, nil
}

// maxRead bounds a file that configuration names; none that makes sense is as large.
const maxRead = 1 << 20

// readFile reads a file of the user's, "-" from standard input, bounded.
func (d *deps) readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(d.io.Stdin, maxRead))
	}
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxRead))
}
