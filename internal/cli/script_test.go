package cli_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/landbridge/landbridge/internal/cli"
)

var update = flag.Bool("update", false, "rewrite what scripts compare with cmp")

// TestMain makes this test binary the landbridge of the scripts: what they run is cli.Main.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"landbridge": func() {
			dir, err := os.Getwd()
			if err != nil {
				panic(err)
			}
			os.Exit(cli.Main(context.Background(), cli.IO{
				Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Environ: os.Environ(), Dir: dir,
			}, "v0.0.0-test"))
		},
	})
}

// TestScripts runs every testdata/script/*.txtar. Beside testscript's own commands they have:
//
//	exits CODE COMMAND [ARG...]   run it, and it must end with exactly this exit code
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			examples, err := filepath.Abs(filepath.Join("..", "..", "examples"))
			e.Setenv("EXAMPLES", examples)
			return err
		},
	})
}
