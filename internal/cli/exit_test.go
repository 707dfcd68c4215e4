package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
)

func TestExitOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		err  error
		want int
	}{
		{"done", nil, 0},
		{"an error that is not ours to name", errors.New("x"), 1},
		{"fault", &bridge.Error{Kind: bridge.Fault}, 1},
		{"no kind", &bridge.Error{}, 1},
		{"usage", &bridge.Error{Kind: bridge.Usage}, 2},
		{"refused", &bridge.Error{Kind: bridge.Refused}, 3},
		{"denied", &bridge.Error{Kind: bridge.Denied}, 4},
		{"unreachable", &bridge.Error{Kind: bridge.Unreachable}, 5},
		{"damaged", &bridge.Error{Kind: bridge.Damaged}, 6},
		{"drifted", &bridge.Error{Kind: bridge.Drifted}, 7},
		{"wrapped", fmt.Errorf("token: %w", &bridge.Error{Kind: bridge.Denied}), 4},
		{"another program's", fmt.Errorf("exec: %w", ended{42}), 42},
	} {
		if got := exitOf(tc.err); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestFinish(t *testing.T) {
	t.Parallel()
	denied := &bridge.Error{
		Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "invalid_grant", Text: "the audience does not match", Hint: "landbridge trust explain",
		Cause: errors.New("status 400"),
	}
	for _, tc := range []struct {
		name string
		p    printer
		err  error
		want string
		code int
	}{
		{"nothing wrong", printer{}, nil, "", 0},
		{"printed already", printer{}, ended{2}, "", 2},
		{"text", printer{}, denied, "landbridge: sts: the audience does not match: status 400\n  next: landbridge trust explain\n", 4},
		{
			"a cloud that is down, and nobody said what to do",
			printer{},
			&bridge.Error{Kind: bridge.Unreachable, Hop: bridge.HopSTS, Text: "503"},
			"landbridge: sts: 503\n  next: try again in a minute; when it stays so, look at the cloud's status page and at this network's way there\n", 5,
		},
		{"quiet", printer{quiet: true}, denied, "landbridge: sts: the audience does not match: status 400\n", 4},
		{
			"json",
			printer{json: true, quiet: true},
			denied,
			`{"error":{"kind":"denied","hop":"sts","code":"invalid_grant","text":"sts: the audience does not match: status 400","hint":"landbridge trust explain","exit_code":4}}` + "\n", 4,
		},
		{"colours", printer{errColours: true}, errors.New("x"), "\x1b[31mlandbridge:\x1b[0m x\n", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var err bytes.Buffer
			tc.p.err = &err
			if code := tc.p.finish(tc.err); code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			if diff := cmp.Diff(tc.want, err.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := printer{out: &out}
	if err := p.table([]string{"HOP", "WHO"}, [][]string{{"home", "ns/sa"}, {"städte", ""}, {"sts", "principal"}}); err != nil {
		t.Fatal(err)
	}
	want := "HOP     WHO\nhome    ns/sa\nstädte\nsts     principal\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestColoursOnTerminalsOnly: a buffer is none, so nothing of a run into one is coloured.
func TestColoursOnTerminalsOnly(t *testing.T) {
	t.Parallel()
	var out, err bytes.Buffer
	code := Main(context.Background(), IO{Args: []string{"nothing"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &err}, "v1")
	if code != 2 || strings.Contains(err.String(), "\x1b") {
		t.Errorf("exit code %d, %q", code, err.String())
	}
}

// TestCommands: every command has a one-line purpose and an example, belongs to a group that is printed, and reports what
// it does not know.
func TestCommands(t *testing.T) {
	t.Parallel()
	root := newRoot(&deps{out: &printer{}})
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short is %q", c.CommandPath(), c.Short)
		}
		if c.Runnable() && c.Example == "" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		if c.Runnable() && c.Args == nil && c.Name() != "help" {
			t.Errorf("%s takes any argument: set Args", c.CommandPath())
		}
		if c.Run != nil {
			t.Errorf("%s has Run; use RunE, so that its error gets an exit code", c.CommandPath())
		}
		if c.Runnable() && c.Parent() == root && !root.ContainsGroup(c.GroupID) {
			t.Errorf("%s is in no group", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(root)
}

// TestConfigStopsACommand: what a command that needs the configuration says when it is wrong.
func TestConfigStopsACommand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		json, quiet bool
		sets        []string
		want, text  string
	}{
		{name: "good", sets: []string{"audit.file=-"}},
		{
			name: "two mistakes", sets: []string{"audit.fil=-", "to_google.lifetime=soon"},
			want: "flag --set: no such path: \"audit.fil\"\n  fix: did you mean audit.file?\n" +
				"flag --set: to_google.lifetime: \"soon\" is not a duration\n  fix: write a number with a unit, such as 30m, 1h or 3600s\n" +
				"flag --set: to_google.provider: is missing\n  fix: write projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER\n",
			text: "3 mistakes in the configuration; nothing was started",
		},
		{name: "json", json: true, sets: []string{"audit.fil=-"}, text: `flag --set: no such path: "audit.fil"`},
		{name: "quiet leaves warnings out", quiet: true, sets: []string{"doors.metadata.listen=0.0.0.0:1", "to_google.provider=projects/1/locations/global/workloadIdentityPools/pool/providers/prov"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			d := &deps{io: IO{Dir: t.TempDir()}, out: &printer{err: &out, json: tc.json, quiet: tc.quiet}, sets: tc.sets}
			cfg, err := d.config(config.Flag{Name: "audit", Path: "audit.file", Value: "x.jsonl"})
			if diff := cmp.Diff(tc.want, out.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if tc.text == "" {
				if err != nil || cfg.Audit.File != "x.jsonl" {
					t.Errorf("%v, %v", cfg, err)
				}
				return
			}
			if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Text != tc.text || e.Kind != bridge.Usage {
				t.Errorf("got %v, want %s", err, tc.text)
			}
		})
	}
}
