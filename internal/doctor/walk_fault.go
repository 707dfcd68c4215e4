package doctor

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/trust"
)

// fail names the fault of a port's error.
func (w *walker) fail(name string, hop bridge.Hop, err error) {
	found, known := ExplainError(err)
	if found.Hop == "" {
		found.Hop = hop
	}
	if row, ok := Find(found.Code); known && ok {
		found = row.finding(found.Hop, found.Said, w.parts(found.Parts)) // again, with what the subject knows
	}
	if !known && bridge.KindOf(err) == bridge.Drifted {
		found.Cause = "set-up has not made it yet, or somebody took it away"
	}
	f := &Fault{Finding: found, Step: name, Command: found.Fix, Kind: bridge.KindOf(err), Hint: Redact(bridge.HintOf(err))}
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		f.Retry = e.Retry
	}
	if own := f.Parts["tokenaudience"]; f.Code == "LB4036" && slices.Contains(w.assertion.Audience, own) {
		// The token is as it should be: another one would be refused as well.
		f.Fix = "gcloud iam workload-identity-pools providers update-oidc " + quote(f.Parts["provider"]) + " --workload-identity-pool=" + quote(f.Parts["pool"]) +
			" --location=global --project=" + quote(f.Parts["number"]) + " --allowed-audiences=" + quote(own)
		f.Command = f.Fix
	}
	if f.Hint == f.Command {
		f.Hint = ""
	}
	w.out.Fault = f
}

func (w *walker) podFault(checked string, found []PodFinding) {
	first := found[0]
	row, ok := Find(first.Code)
	if !ok {
		row = Row{Code: first.Code, Hop: bridge.HopHome, Title: "A pod is not as it should be", Cause: first.Detail}
	}
	parts := w.parts(map[string]string{"pod": first.Pod, "namespace": first.Namespace})
	f := &Fault{
		Finding: row.finding(bridge.HopHome, "pod "+first.Namespace+"/"+first.Pod+": "+first.Detail, parts),
		Step:    StepPod, Kind: bridge.Denied,
	}
	f.Command = f.Fix
	if first.Fix != "" {
		f.Fix, f.Command = first.Fix, first.Fix
	}
	if len(found) > 1 {
		var others []string
		for _, p := range found[1:] {
			others = append(others, p.Namespace+"/"+p.Pod)
		}
		f.Hint = "the same goes for " + strings.Join(others, ", ")
	}
	w.out.Fault = f
	w.out.Steps = append(w.out.Steps, StepReport{Name: StepPod, Hop: bridge.HopHome, State: Failed, Checked: checked, Found: f.Said})
}

// parts adds what the subject and the assertion know to what a message says.
func (w *walker) parts(said map[string]string) map[string]string {
	out := maps.Clone(said)
	if out == nil {
		out = map[string]string{}
	}
	set := func(name, value string) {
		if out[name] == "" && value != "" {
			out[name] = Redact(value)
		}
	}
	if name, err := trust.ParseProviderName(w.s.Provider); err == nil {
		set("number", name.Project)
		set("pool", name.Pool)
		set("provider", name.Provider)
	}
	if w.lease.Principal != "" {
		set("member", member(w.lease.Principal))
	}
	set("account", w.s.ServiceAccount)
	set("project", w.s.Project)
	set("location", w.s.Location)
	set("model", w.s.Model)
	set("namespace", w.s.Namespace)
	set("ksa", w.s.Account)
	set("client", w.s.ClientID)
	set("tenant", w.s.Tenant)
	set("identity", w.s.Identity)
	set("group", w.s.ResourceGroup)
	set("cluster", w.s.Cluster)
	set("issuer", w.assertion.Issuer)
	set("subject", w.assertion.Subject)
	set("audience", strings.Join(w.assertion.Audience, " "))
	return out
}

// member is a principal as allow policies write it.
func member(p bridge.Principal) string {
	if strings.Contains(string(p), "://") {
		return string(p)
	}
	return "serviceAccount:" + string(p)
}

func (w *walker) warn(code, text, fix string) {
	w.out.Warnings = append(w.out.Warnings, Warning{Code: code, Text: Redact(text), Fix: fix})
}

// homeWarnings are about an assertion that works and could be better.
func (w *walker) homeWarnings() {
	a := w.assertion
	if life := a.Expiry.Sub(a.IssuedAt); w.s.Account != "" && !a.Expiry.IsZero() && !a.IssuedAt.IsZero() && life < 2*time.Hour {
		w.warn("short_token", "the projected token lives for "+life.String()+": the kubelet renews it at four fifths of that, so that Google's tokens may live for minutes only",
			"kubectl annotate --overwrite serviceaccount "+quote(w.s.Account)+" --namespace="+quote(w.s.Namespace)+" "+estate.AnnotationTokenSeconds+"=7200")
	}
	if w.p.Entra != nil {
		return
	}
	for _, audience := range a.Audience {
		if audience == trust.ExchangeAudience {
			w.warn("shared_audience", "the token's audience is Entra's: whoever steals it has both clouds", "kubectl annotate serviceaccount "+quote(w.s.Account)+" --namespace="+quote(w.s.Namespace)+" "+estate.AnnotationProvider+"="+quote(w.s.Provider))
		}
	}
}
