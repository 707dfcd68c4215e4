package policy_test

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

// costly is true, after some 6000 steps.
const costly = `[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, a+b+c+d > 0))))`

// each variable of a condition, and what it is of the call below.
func TestCondition(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		`caller.name == "aks-prod/system:serviceaccount:demo:chat"`:                      "",
		`caller.issuer == "https://issuer.example/" && caller.subject.endsWith(":chat")`: "",
		`caller.claims["kubernetes.io"].namespace == "demo"`:                             "",
		`has(caller.claims.department) && caller.claims.department == "x"`:               "policy_condition",
		`caller.claims.department == "x"`:                                                "policy_condition_failed",
		`call.method == "generateContent" && call.publisher == "google"`:                 "",
		`call.model.startsWith("gemini-") && call.endpoint == ""`:                        "",
		`call.project == "demo-project" && call.location == "europe-west4"`:              "",
		`!call.stream && call.tools.all(t, t in ["get_weather", "codeExecution"])`:       "",
		`call.labels["team"] == "blue"`:                                                  "",
		`now.getHours() == 12 && now < timestamp("2027-01-01T00:00:00Z")`:                "",
		`now.getDayOfWeek() == 0`:                                                        "policy_condition",
		`int(caller.subject) > 1`:                                                        "policy_condition_failed",
		`COSTLY`:                                                                         "policy_condition_failed",
	} {
		when = strings.ReplaceAll(when, "COSTLY", costly)
		p := compile(t, with(func(r *policy.Rule) { r.When, r.Tools = when, []string{"*", "codeExecution"} }))
		d, err := p.Decide(t.Context(), ask(func(a *policy.Ask) {
			a.Caller.Claims = map[string]any{"kubernetes.io": map[string]any{"namespace": "demo"}}
			a.Tools, a.BuiltIns, a.Labels = []string{"get_weather"}, []string{"codeExecution"}, map[string]string{"team": "blue"}
		}))
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", when, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: allowed", when)
			continue
		}
		e := refusal(t, err)
		if e.Code != want || d.Rule != "chat" {
			t.Errorf("%s: %s: %s", when, e.Code, e.Text)
		}
		if strings.Contains(e.Error(), "serviceaccount") {
			t.Errorf("%s repeats a claim: %s", when, e.Text)
		}
	}
}

// A rule to deny does not know where the call will go: it fails rather than lets it through.
func TestDenyCondition(t *testing.T) {
	t.Parallel()
	p := compile(t, policy.Rule{Name: "no-us", Effect: policy.Deny, Workloads: []string{"*"}, When: `call.location.startsWith("us-")`}, chat())
	_, err := p.Decide(t.Context(), ask(nil))
	if e := refusal(t, err); e.Code != "policy_condition_failed" || !strings.Contains(e.Text, "reads something that this call does not have") {
		t.Errorf("%s: %s", e.Code, e.Text)
	}
	if _, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Target.Location = "europe-west4" })); err != nil {
		t.Error(err)
	}
	_, err = p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Target = prompt.Target{Location: "us-east1", Publisher: "google", Model: "m"} }))
	if e := refusal(t, err); e.Code != "policy_denied" {
		t.Errorf("%s: %s", e.Code, e.Text)
	}
}

// What a condition does not match goes on to the next rule.
func TestConditionFallsThrough(t *testing.T) {
	t.Parallel()
	p := compile(t, with(func(r *policy.Rule) { r.Name, r.When = "stream", "call.stream" }), chat())
	for stream, want := range map[bool]string{true: "stream", false: "chat"} {
		d, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Stream = stream }))
		if err != nil || d.Rule != want {
			t.Errorf("stream %t: %q, %v", stream, d.Rule, err)
		}
	}
}
