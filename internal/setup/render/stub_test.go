package render_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
)

// The test binary is also the programs that a script calls: under the name gcloud, az, kubectl or curl it acts on a world
// kept in a file. It takes the flags of the real programs' references and no others.
func TestMain(m *testing.M) {
	if run, ok := map[string]func(*world, []string) error{
		"gcloud": gcloud, "az": az, "kubectl": kubectl, "curl": curl,
	}[filepath.Base(os.Args[0])]; ok {
		os.Exit(stub(run))
	}
	os.Exit(m.Run())
}

func stub(run func(*world, []string) error) int {
	dir := os.Getenv("RENDER_WORLD")
	w := load(dir)
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	argv, _ := json.Marshal(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...))
	fmt.Fprintf(log, "%s\n", argv)
	if err := run(w, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ERROR:", err)
		return 1
	}
	return 0
}

// world is both clouds and the clusters, as the stubs keep them.
type world struct {
	dir string

	Things   map[string]*thing    // pool/PROJECT/ID, provider/PROJECT/POOL/ID, account/EMAIL, kube/CONTEXT/KIND/NAMESPACE/NAME …
	Policies map[string][]binding // project/ID, account/EMAIL
	Refusals map[string]int       // how often an operation is refused before it is done: "add-iam-policy-binding", "exchange"
}

type thing struct {
	Text map[string]string
	List map[string][]string
	Map  map[string]map[string]string
}

type binding struct{ Role, Member, Condition string }

func newThing() *thing {
	return &thing{Text: map[string]string{}, List: map[string][]string{}, Map: map[string]map[string]string{}}
}

func load(dir string) *world {
	w := &world{dir: dir, Things: map[string]*thing{}, Policies: map[string][]binding{}, Refusals: map[string]int{}}
	data, err := os.ReadFile(filepath.Join(dir, "world"))
	if err == nil {
		err = json.Unmarshal(data, w)
	}
	if err != nil && !os.IsNotExist(err) {
		panic(err)
	}
	return w
}

// save replaces the file in one step, and notes that something was changed.
func (w *world) save(change string) error {
	data, err := json.Marshal(w)
	if err != nil {
		return err
	}
	temporary := filepath.Join(w.dir, "world.new")
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return err
	}
	if err := os.Rename(temporary, filepath.Join(w.dir, "world")); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(w.dir, "changes"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintln(f, change)
	return err
}

// refuse says whether an operation is to be refused this time.
func (w *world) refuse(operation string) bool {
	if w.Refusals[operation] == 0 {
		return false
	}
	w.Refusals[operation]--
	data, _ := json.Marshal(w)
	_ = os.WriteFile(filepath.Join(w.dir, "world"), data, 0o600)
	return true
}

func changes(t *testing.T, dir string) []string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "changes"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for s := bufio.NewScanner(f); s.Scan(); {
		out = append(out, s.Text())
	}
	return out
}

// arguments are the flags and the rest of an argv. A flag that is not in the list is an error, as it is for the programs.
type arguments struct {
	flags map[string][]string
	rest  []string
}

func parse(argv, valued, switches []string) (*arguments, error) {
	a := &arguments{flags: map[string][]string{}}
	for i := 0; i < len(argv); i++ {
		name, value, joined := strings.Cut(argv[i], "=")
		if !strings.HasPrefix(name, "-") || name == "-" {
			a.rest = append(a.rest, argv[i])
			continue
		}
		switch {
		case slices.Contains(switches, name) && !joined:
			a.flags[name] = append(a.flags[name], "true")
		case !slices.Contains(valued, name):
			return nil, fmt.Errorf("unrecognized arguments: %s", argv[i])
		case joined:
			a.flags[name] = append(a.flags[name], value)
		case i+1 < len(argv):
			i++
			a.flags[name] = append(a.flags[name], argv[i])
		default:
			return nil, fmt.Errorf("argument %s: expected one argument", name)
		}
	}
	return a, nil
}

func (a *arguments) has(flag string) bool { return len(a.flags[flag]) > 0 }

func (a *arguments) get(flag string) string {
	if v := a.flags[flag]; len(v) > 0 {
		return v[len(v)-1]
	}
	return ""
}

var projection = regexp.MustCompile(`^value(?:\[separator="([^"]*)"\])?\((.*)\)$`)

// print is gcloud's --format=value(…).
func (t *thing) print(format string) error {
	m := projection.FindStringSubmatch(format)
	if m == nil {
		return fmt.Errorf("unknown format %q", format)
	}
	between := m[1]
	if between == "" {
		between = "\t"
	}
	var out []string
	for _, field := range strings.Split(strings.ReplaceAll(m[2], "(yes=true,no=false)", ""), ",") {
		name, yesno := strings.CutSuffix(field, ".yesno")
		switch {
		case yesno:
			out = append(out, map[bool]string{true: "true", false: "false"}[t.Text[name] == "true"])
		case t.List[name] != nil:
			out = append(out, strings.Join(t.List[name], ";"))
		case t.Map[name] != nil:
			var pairs []string
			for k, v := range t.Map[name] {
				pairs = append(pairs, k+"="+v)
			}
			sort.Strings(pairs)
			out = append(out, strings.Join(pairs, ";"))
		default:
			out = append(out, t.Text[name])
		}
	}
	fmt.Println(strings.Join(out, between))
	return nil
}
