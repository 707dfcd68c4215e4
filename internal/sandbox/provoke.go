package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// Provocation makes the default world show one known failure, by the code of docs/errors.md.
type Provocation struct {
	Code string `json:"code"` // LB4036
	// Route on which it shows: pod (token, STS, impersonation, Vertex AI), entra (by way of Entra), imds, appservice, arc,
	// or setup (calls that change the clouds).
	Route string `json:"route"`
	What  string `json:"what"` // what is changed, in one sentence
}

// provocation is one with its deed, which returns how to undo it.
type provocation struct {
	Provocation
	do func(*provoker) (heal func(), err error)
}

// provoker is what a deed may use.
type provoker struct {
	world   *world.World
	profile Profile
}

// provoked are the provocations in force, newest last: they are undone in reverse.
type provoked struct {
	mu   sync.Mutex
	list []undo
}

type undo struct {
	code string
	heal func()
}

// Provocations lists what Provoke knows, in the order of codes.
func Provocations() []Provocation {
	var out []Provocation
	for _, p := range provocations() {
		out = append(out, p.Provocation)
	}
	return out
}

func provocations() []provocation {
	out := slices.Concat(entraProvocations(), homeProvocations(), stsProvocations(), setupProvocations(), accountProvocations(), vertexProvocations())
	slices.SortFunc(out, func(a, b provocation) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// Provoke changes the default world so that an ordinary crossing meets the failure with this code: by the real rule where
// the sandbox has it, else by an answer with the real text. What was changed stays so until Heal.
func (s *Sandbox) Provoke(code string) error {
	s.mu.Lock()
	st := s.state
	s.mu.Unlock()
	if st == nil {
		return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "sandbox_not_ready", Text: "the sandbox is not running yet", Hint: "provoke after it is ready"}
	}
	return st.provoke(code)
}

// Heal undoes every provocation.
func (s *Sandbox) Heal() {
	s.mu.Lock()
	st := s.state
	s.mu.Unlock()
	if st != nil {
		st.heal("")
	}
}

func (st *state) provoke(code string) error {
	all := provocations()
	i := slices.IndexFunc(all, func(p provocation) bool { return strings.EqualFold(p.Code, code) })
	if i < 0 {
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "provocation_unknown",
			Text: fmt.Sprintf("the sandbox cannot provoke %q", code), Hint: "it provokes what a server says: " + codes(all),
		}
	}
	if st.profile.Google.Provider == "" {
		return &bridge.Error{
			Kind: bridge.Usage, Hop: bridge.HopDoor, Code: "provocation_without_world",
			Text: "failures are provoked in the default world only", Hint: "start the sandbox without a world of your own",
		}
	}
	st.provoked.mu.Lock()
	defer st.provoked.mu.Unlock()
	if slices.ContainsFunc(st.provoked.list, func(u undo) bool { return u.code == all[i].Code }) {
		return nil // it is in force
	}
	heal, err := all[i].do(&provoker{st.world, st.profile})
	if err != nil {
		return fmt.Errorf("provoke %s: %w", all[i].Code, err)
	}
	st.provoked.list = append(st.provoked.list, undo{all[i].Code, heal})
	return nil
}

// heal undoes one provocation with all that came after it, or every one.
func (st *state) heal(code string) {
	st.provoked.mu.Lock()
	defer st.provoked.mu.Unlock()
	for n := len(st.provoked.list) - 1; n >= 0; n-- {
		last := st.provoked.list[n]
		last.heal()
		st.provoked.list = st.provoked.list[:n]
		if code != "" && strings.EqualFold(last.code, code) {
			return
		}
	}
}

func codes(all []provocation) string {
	var out []string
	for _, p := range all {
		out = append(out, p.Code)
	}
	return strings.Join(out, ", ")
}

// The admin API's side.

func (a *admin) listProvocations(*http.Request) (any, error) { return Provocations(), nil }

func (a *admin) provokeNow(r *http.Request) (any, error) {
	req, err := body[struct {
		Code string `json:"code"`
	}](r)
	if err != nil {
		return nil, err
	}
	return nil, a.provoke(req.Code)
}

func (a *admin) healNow(r *http.Request) (any, error) {
	a.heal(r.PathValue("code"))
	return nil, nil
}
