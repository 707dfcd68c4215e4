package doctor

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/errors.md instead of comparing it")

// TestDocs: docs/errors.md is the catalogue, printed.
func TestDocs(t *testing.T) {
	t.Parallel()
	name := filepath.Join("..", "..", "docs", "errors.md")
	want := page()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is stale (-want +got); run: go test ./internal/doctor -run TestDocs -update\n%s", name, diff)
	}
}

const preamble = "# Errors\n\n" +
	"<!-- Generated from internal/doctor/catalogue.json by: go test ./internal/doctor -run TestDocs -update -->\n\n" +
	"Every failure that is known between a workload on Azure and a Vertex AI answer, by its code. `landbridge doctor` names them\n" +
	"while it walks the road, of a workload of [the set-up](setup.md) or of this machine; `landbridge explain` finds them in any SDK's\n" +
	"message, without a network; and `landbridge sandbox --fault CODE` brings about those that a [server](sandbox.md) produces.\n\n" +
	"Codes are stable: LB1nnn Kubernetes and AKS, LB2nnn Entra, LB3nnn managed-identity endpoints, LB4nnn Google's token service and\n" +
	"workload identity providers, LB5nnn impersonation, LB6nnn Vertex AI and client libraries. A word in capitals in a command is\n" +
	"yours to fill in; the doctor fills in what the message or the configuration tells.\n\n" +
	"## The report as JSON\n\n" +
	"| field | what |\n|---|---|\n" +
	"| `workload`, `ok`, `principal` | whose road it was, whether it came through, who the far side says it is |\n" +
	"| `home` | where the walk begins: a workload may have several homes |\n" +
	"| `not_from_here` | why the walk was not made: the workload can prove itself elsewhere alone. `ok` is false then, and there is no fault |\n" +
	"| `steps[]` | `name` (pod, home, credential, entra, provider, issuer, token, sts, impersonate, permission, model), `hop`, `state` (ok, failed, unknown), `checked`, `found`, `rules[]` (each rule of the provider with `expected` and `got`), `took_ns` |\n" +
	"| `fault` | the first fault, absent when all is well: `code`, `row`, `hop`, `title`, `said`, `parts`, `cause`, `check`, `fix`, `sources`, `docs`, and `step`, `claim`, `expected`, `got`, `drift`, `command` (the one that mends it), `hint`, `retry` |\n" +
	"| `drift[]` | what differs from the file of set-up: `field`, `wanted`, `found` |\n" +
	"| `warnings[]` | nothing that stops a crossing today: `code`, `text`, `fix` |\n\n"

// page prints the catalogue.
func page() string {
	var b strings.Builder
	b.WriteString(preamble)
	section := ""
	titles := map[byte]string{'1': "Kubernetes and AKS", '2': "Entra", '3': "Managed-identity endpoints", '4': "Google's token service and providers", '5': "Impersonation", '6': "Vertex AI and clients"}
	for _, group := range []byte("123456") {
		for _, r := range Rows() {
			if r.Code[2] != group {
				continue
			}
			if title := titles[group]; title != section {
				section = title
				b.WriteString("## " + title + "\n\n")
			}
			r.print(&b)
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (r *Row) print(b *strings.Builder) {
	b.WriteString("### " + r.Code + "\n\n**" + r.Title + "** (hop " + string(r.Hop) + ")\n\n")
	b.WriteString("```text\n" + strings.Join(r.Messages, "\n") + "\n```\n\n")
	as := func(s string) string { return s }
	b.WriteString(fill(r.Cause, nil, as) + "\n\n")
	b.WriteString("Look:\n\n```sh\n" + fill(r.Check, nil, as) + "\n```\n\nMend:\n\n```sh\n" + fill(r.Fix, nil, as) + "\n```\n\n")
	for i, s := range r.Sources {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("<" + s + ">")
	}
	b.WriteString("\n\n")
}
