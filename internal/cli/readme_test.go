package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// pages are what a newcomer reads, by their paths from the root of the repository.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.ToSlash(name)] = string(data)
		}
	}
	if len(out) < 8 {
		t.Fatalf("only %d pages were found", len(out))
	}
	return out
}

// blocks are the fenced blocks of a language on a page: as many as are expected.
func blocks(t *testing.T, page, text, language string, want int) []string {
	t.Helper()
	found := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1)
	if len(found) != want {
		t.Fatalf("%s has %d blocks of %s, want %d", page, len(found), language, want)
	}
	out := make([]string, want)
	for i := range found {
		out[i] = found[i][1]
	}
	return out
}

// runIn runs one command line in a folder, with nothing else around.
func runIn(dir string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = Main(context.Background(), IO{Args: args, Stdin: strings.NewReader(""), Stdout: &o, Stderr: &e, Dir: dir}, "v0.0.0-test")
	return code, o.String(), e.String()
}

// TestSnippets: the configurations and the test cases that the pages show are good as they stand.
func TestSnippets(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for page, count := range map[string]int{"README.md": 2, "docs/configuration.md": 1, "docs/gateway.md": 2, "docs/guard.md": 1} {
		for _, text := range blocks(t, page, all[page], "yaml", count) {
			if strings.HasPrefix(text, "cases:") {
				continue
			}
			dir := t.TempDir()
			write(t, filepath.Join(dir, "landbridge.yaml"), text)
			if code, out, errs := runIn(dir, "config", "check", "--config", "landbridge.yaml"); code != 0 || out != "landbridge.yaml: no mistakes\n" || errs != "" {
				t.Errorf("%s: exit code %d\n%s%s", page, code, out, errs)
			}
		}
	}
	dir := t.TempDir()
	provider, err := os.ReadFile(filepath.Join("..", "..", "examples", "trust", "provider.json"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "provider.json"), string(provider))
	write(t, filepath.Join(dir, "cases.yaml"), blocks(t, "docs/trust.md", all["docs/trust.md"], "yaml", 1)[0])
	if code, out, errs := runIn(dir, "trust", "test", "cases.yaml"); code != 0 || !strings.HasSuffix(out, "2 passed, 0 failed\n") {
		t.Errorf("docs/trust.md: exit code %d\n%s%s", code, out, errs)
	}
}

// TestPolicyOnThePage: the policy that docs/gateway.md shows does what the cases beside it say, and so does the example.
func TestPolicyOnThePage(t *testing.T) {
	t.Parallel()
	shown := blocks(t, "docs/gateway.md", pages(t)["docs/gateway.md"], "yaml", 2)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "landbridge.yaml"), shown[0])
	write(t, filepath.Join(dir, "cases.yaml"), shown[1])
	for dir, passed := range map[string]string{dir: "3 passed, 0 failed\n", filepath.Join("..", "..", "examples", "gateway"): "6 passed, 0 failed\n"} {
		if code, out, errs := runIn(dir, "policy", "test", "cases.yaml", "--config", "landbridge.yaml"); code != 0 || !strings.HasSuffix(out, passed) {
			t.Errorf("%s: exit code %d\n%s%s", dir, code, out, errs)
		}
	}
}

// TestGuardOnThePage: what the pages say that a model sees of a text is what the guard makes of it.
func TestGuardOnThePage(t *testing.T) {
	t.Parallel()
	tries := regexp.MustCompile(`(?m)^\$ landbridge guard try "(.*)"(?: \| grep sees)?\n(?:[^$].*\n)?(model sees: .*\n)`)
	seen := 0
	for page, text := range pages(t) {
		for _, m := range tries.FindAllStringSubmatch(text, -1) {
			seen++
			if code, out, errs := runIn(t.TempDir(), "guard", "try", m[1]); code != 0 || !strings.Contains(out, m[2]) {
				t.Errorf("%s: exit code %d, want %s%s%s", page, code, m[2], out, errs)
			}
		}
	}
	if seen < 2 {
		t.Errorf("only %d examples of guard try were found", seen)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCommandsOnThePages: every command line of ours that a page shows is one that the command tree knows, with its flags,
// and so is every example of --help.
func TestCommandsOnThePages(t *testing.T) {
	t.Parallel()
	texts := pages(t)
	root := newRoot(&deps{out: &printer{}})
	visitCommands(root, func(c *cobra.Command) {
		texts[c.CommandPath()+" --help"] = c.Example + "\n" + inCode(c.Long)
	})
	delete(texts, "docs/design/house.md") // it tells of rooms, not of commands
	seen := 0
	for page, text := range texts {
		for _, line := range commandLines(text) {
			seen++
			if err := known(root, line); err != nil {
				t.Errorf("%s: landbridge %s: %v", page, line, err)
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d command lines were found", seen)
	}
}

// TestHelpFitsATerminal: about a hundred columns, but for the one JSON line that must stay whole.
func TestHelpFitsATerminal(t *testing.T) {
	t.Parallel()
	visitCommands(newRoot(&deps{out: &printer{}}), func(c *cobra.Command) {
		var out bytes.Buffer
		c.SetOut(&out)
		if err := c.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if len(line) > 106 && !strings.Contains(line, "credential_source") {
				t.Errorf("%s --help: %d columns: %s", c.CommandPath(), len(line), line)
			}
		}
	})
}

// TestFlagsOnThePages: a flag that a page names by itself exists somewhere: `--sandbox`, `--jwks FILE`.
func TestFlagsOnThePages(t *testing.T) {
	t.Parallel()
	ours := map[string]bool{}
	visitCommands(newRoot(&deps{out: &printer{}}), func(c *cobra.Command) {
		for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) { ours[f.Name] = true })
		}
	})
	flags := regexp.MustCompile("`--([a-z-]+)")
	for page, text := range pages(t) {
		for _, m := range flags.FindAllStringSubmatch(text, -1) {
			if !ours[m[1]] {
				t.Errorf("%s: no command has --%s", page, m[1])
			}
		}
	}
}

// TestLinks: what a page links to in the repository is there.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	for page, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", "..", filepath.Dir(filepath.FromSlash(page)), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s: a link leads nowhere: %s", page, m[1])
			}
		}
	}
}

// TestProvidersOnThePages: an example must not teach an id that Google refuses: 4 to 32 characters.
func TestProvidersOnThePages(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`(?:workloadIdentityPools|/providers|providers describe|--workload-identity-pool=)[/ ]?([a-z0-9-]+)`)
	texts := pages(t)
	visitCommands(newRoot(&deps{out: &printer{}}), func(c *cobra.Command) { texts[c.CommandPath()+" --help"] = c.Example })
	for page, text := range texts {
		for _, m := range id.FindAllStringSubmatch(text, -1) {
			if len(m[1]) < 4 || len(m[1]) > 32 {
				t.Errorf("%s: %s: an id has 4 to 32 characters", page, m[0])
			}
		}
	}
}

func visitCommands(c *cobra.Command, do func(*cobra.Command)) {
	c.InitDefaultHelpFlag()
	do(c)
	for _, sub := range c.Commands() {
		visitCommands(sub, do)
	}
}

// inCode marks the command lines of a help text, which quotes them.
func inCode(help string) string {
	return regexp.MustCompile(`"(landbridge [^"]*)"`).ReplaceAllString(help, "`$1`")
}

// commandLines are the command lines of ours in a text, without the program's name: in a block from "landbridge" to the end
// of the command, in a sentence what stands in backquotes.
func commandLines(text string) []string {
	var out []string
	inBlock := !strings.Contains(text, "```") && strings.HasPrefix(text, "  ") // an example of --help
	spans := regexp.MustCompile("`([^`]+)`")
	start := regexp.MustCompile(`(?:^|[ (]|^[^=\s]*/)landbridge ([a-z].*)`)
	add := func(line string) {
		line = strings.ReplaceAll(line, "\\n", "\n")
		if m := start.FindStringSubmatch(line); m != nil {
			out = append(out, m[1])
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock = !inBlock
		case inBlock && strings.HasPrefix(line, "helm "): // our chart's name is no command
		case inBlock && !strings.HasPrefix(strings.TrimSpace(line), "#"):
			add(line)
		default:
			for _, m := range spans.FindAllStringSubmatch(line, -1) {
				add(m[1])
			}
		}
	}
	return out
}

// known says what the command tree does not know of a command line.
func known(root *cobra.Command, line string) error {
	var words []string
	for _, word := range strings.Fields(line) {
		if word == "--" || strings.ContainsAny(word[:1], "#&|<>;") || word == "…" {
			break
		}
		ends := strings.ContainsAny(word, `)";`) && !strings.ContainsAny(word, `('$`)
		if words = append(words, strings.TrimRight(word, `)";,&`)); ends {
			break
		}
	}
	var names []string
	for _, word := range words {
		if strings.HasPrefix(word, "-") {
			break
		}
		names = append(names, word)
	}
	if len(names) == 0 {
		return nil
	}
	for _, choice := range strings.Split(names[0], "|") {
		names[0] = choice
		cmd, rest, err := root.Find(names)
		if err != nil {
			return err
		}
		if cmd == root || cmd.HasSubCommands() && len(rest) > 0 && !slices.ContainsFunc(strings.Split(rest[0], "|"), func(s string) bool { return has(cmd, s) }) {
			return fmt.Errorf("there is no command %q", strings.Join(names, " "))
		}
		for _, word := range words {
			name, isFlag := strings.CutPrefix(word, "--")
			if name, _, _ = strings.Cut(name, "="); isFlag && cmd.Flags().Lookup(name) == nil && cmd.InheritedFlags().Lookup(name) == nil {
				return fmt.Errorf("there is no flag --%s", name)
			}
		}
	}
	return nil
}

func has(cmd *cobra.Command, name string) bool {
	return slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
}
