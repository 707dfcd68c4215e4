package render

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

// functions holds one file of bash per kind, named after it; only those that a script calls go into it.
//
//go:embed functions
var functions embed.FS

// script is a script as it is written.
type script struct {
	*estateOf
	body      bytes.Buffer
	uses      []string // files of functions, in the order of first use
	programs  []string
	variables names
	reach     estate.Reach // of the last kube=
	reached   bool
	ours      string // the last ours=
}

// Script writes a bash script (3.2 and newer) of az, gcloud and kubectl that makes what is not there and changes what
// differs, so that it can be run again at any time. It removes nothing but grants of its own members that are not wanted.
func Script(w io.Writer, in Input) error {
	e, err := prepare(in)
	if err != nil {
		return err
	}
	s := &script{estateOf: e, uses: []string{"common"}}
	// Its own variables are in lower case, so only these names could meet.
	for _, taken := range []string{"SECONDS", "PATH", "IFS", "HOME", "LANDBRIDGE_WAIT", "LANDBRIDGE_PAUSE"} {
		s.variables.name("\x00"+taken, taken)
	}
	for _, r := range s.ordered {
		if err := s.resource(r); err != nil {
			return err
		}
	}
	s.crossings()
	return s.write(w)
}

func (s *script) write(w io.Writer) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, `#!/usr/bin/env bash
# The set-up %s, as landbridge setup apply makes it. It makes what is not there and changes what differs; run it again at any
# time, also after it was interrupted. What is in no file any more is not removed: landbridge setup plan names it.
#
# Needs %s, signed in. LANDBRIDGE_WAIT=0 skips the crossings at its end.
set -euo pipefail

setup=%s
mark=%s
wait_seconds=${LANDBRIDGE_WAIT:-600}
pause=${LANDBRIDGE_PAUSE:-10}
failed=0
export CLOUDSDK_CORE_DISABLE_PROMPTS=1
`, oneLine(s.Setup), strings.Join(s.programs, ", "), literal(s.Setup), literal(estate.Mark(s.Setup)))
	if slices.Contains(s.uses, "provider") {
		out.WriteString("scratch=$(mktemp -d)\ntrap 'rm -rf \"$scratch\"' EXIT\n")
	}
	for _, name := range s.uses {
		text, err := functions.ReadFile("functions/" + name + ".sh")
		if err != nil {
			return fault("no functions for " + name)
		}
		out.WriteString("\n")
		out.Write(text)
	}
	out.WriteString("\n# ---\n\n")
	for _, program := range s.programs {
		fmt.Fprintf(&out, "need %s\n", program)
	}
	out.Write(s.body.Bytes())
	out.WriteString("\nif ((failed)); then exit \"$failed\"; fi\nsay 'done'\n")
	_, err := w.Write(out.Bytes())
	return err
}

// resource writes what makes a thing, and what reads the outputs of it that others refer to.
func (s *script) resource(r setup.Resource) error {
	outputs := s.outputs(r.Address)
	makes := !r.ReadOnly && made(r.Spec)
	if !makes && len(outputs) == 0 {
		return nil
	}
	fmt.Fprintf(&s.body, "\n# %s\n", title(r))
	if r.Note != "" {
		fmt.Fprintf(&s.body, "# %s\n", oneLine(r.Note))
	}
	if reach, inside := estate.ReachOf(r.Spec); inside {
		if reach.Context == "" {
			return s.outside(r, reach, len(outputs) > 0)
		}
		s.enter(reach)
	}
	if makes {
		if err := s.make(r); err != nil {
			return err
		}
	}
	for _, output := range outputs {
		command, err := s.read(r, output)
		if err != nil {
			return err
		}
		name := s.variable(estate.Reference{Address: r.Address, Output: output})
		fmt.Fprintf(&s.body, "%s=%s\n", name, command)
		fmt.Fprintf(&s.body, "present \"$%s\" %s\n", name, literal(r.Address+"."+output))
	}
	return nil
}

// outside is a thing in a cluster that the file gives no context of: set-up leaves it alone, and so does the script.
func (s *script) outside(r setup.Resource, reach estate.Reach, read bool) error {
	if read {
		return &bridge.Error{
			Kind: bridge.Usage, Code: "render_no_context",
			Text: r.Address + " is read through the cluster's own API, and setup.clusters names no context for " + quoted(reach.Cluster),
			Hint: "set context of the cluster " + reach.Cluster + " in setup.clusters",
		}
	}
	fmt.Fprintf(&s.body, "# the file has no context for cluster %s: landbridge setup render --format kubernetes\n", oneLine(reach.Cluster))
	return nil
}

// enter makes kubectl speak to a cluster.
func (s *script) enter(reach estate.Reach) {
	s.program("kubectl")
	reach.Cluster = ""
	if s.reached && s.reach == reach {
		return
	}
	s.reach, s.reached = reach, true
	fmt.Fprintf(&s.body, "kube=(kubectl --context=%s", s.word(reach.Context))
	if reach.Kubeconfig != "" {
		fmt.Fprintf(&s.body, " --kubeconfig=%s", s.word(reach.Kubeconfig))
	}
	s.body.WriteString(")\n")
}

// use puts a file of functions into the script, once.
func (s *script) use(name string) {
	if !slices.Contains(s.uses, name) {
		s.uses = append(s.uses, name)
	}
}

func (s *script) program(name string) {
	if !slices.Contains(s.programs, name) {
		s.programs = append(s.programs, name)
		slices.Sort(s.programs)
	}
}

// crossings proves at the end that what was made is known everywhere: each account that trusts its cluster directly exchanges
// a token. The other homes cannot be tried from where a script runs.
func (s *script) crossings() {
	first := true
	for _, r := range s.ordered {
		k, ok := r.Spec.(*estate.KubernetesAccount)
		if !ok || k.Context == "" || k.Annotations[estate.AnnotationProvider] == "" || k.Annotations[estate.AnnotationRoute] != "" {
			continue
		}
		if first {
			s.body.WriteString("\n# Until everything is known everywhere: each account that can be tried from here crosses.\n")
			s.use("crossing")
			s.program("curl")
			first = false
		}
		s.enter(k.Reach)
		args := []string{k.Namespace, k.Name, k.Annotations[estate.AnnotationProvider]}
		if email := k.Annotations[estate.AnnotationServiceAccount]; email != "" {
			args = append(args, email)
		}
		fmt.Fprintf(&s.body, "crossing %s\n", s.words(args...))
	}
}
