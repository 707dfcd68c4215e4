package policy_test

import (
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/policy"
)

func runCases(t *testing.T, text string) []policy.CaseResult {
	t.Helper()
	var cases []policy.Case
	if err := yaml.UnmarshalWithOptions([]byte(text), &cases, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	p := compile(t,
		with(func(r *policy.Rule) {
			r.Name, r.Methods, r.When = "batch", []string{"batchPredictionJobs.*"}, `now.getHours() >= 20 && caller.claims.team == "data"`
		}),
		with(func(r *policy.Rule) {
			r.MaxOutputTokens, r.Models, r.ServiceAccount = 1000, []string{"google/gemini-2.5-flash", "endpoints/*"}, "a@b.iam.gserviceaccount.com"
		}),
	)
	return policy.RunCases(t.Context(), p, cases, now)
}

const caller = "\n  caller: {name: \"" + chatName + "\"}"

func TestRunCases(t *testing.T) {
	t.Parallel()
	got := runCases(t, `
- name: chat may ask its model`+caller+`
  call: {model: google/gemini-2.5-flash}
  expect: {rule: chat, project: demo-project, location: europe-west4, locations: [europe-west4, europe-west1], max_output_tokens: 1000, guard: standard, service_account: a@b.iam.gserviceaccount.com}
- name: no other`+caller+`
  call: {model: google/gemini-2.5-pro, method: streamGenerateContent, stream: true}
  expect: {allow: false, rule: chat, code: policy_model, reason: "not google/gemini-2.5-pro"}
- name: no search`+caller+`
  call: {model: google/gemini-2.5-flash, tools: [lookup, googleSearch]}
  expect: {code: policy_tool}
- name: an endpoint`+caller+`
  call: {model: endpoints/123, location: europe-west1}
  expect: {location: europe-west1}
- name: no batch by day
  caller: &data {name: "`+chatName+`", claims: {team: data}}
  call: {method: batchPredictionJobs.create}
  expect: {reason: the condition of rule batch does not hold}
- name: batch by night
  caller: *data
  at: +8h
  call: {method: batchPredictionJobs.create}
  expect: {allow: true, rule: batch}
`)
	for _, r := range got {
		if !r.Passed {
			t.Errorf("%s: %q", r.Name, r.Diffs)
		}
	}
	if len(got) != 6 {
		t.Errorf("%d results", len(got))
	}
}

func TestRunCasesSayWhatDiffers(t *testing.T) {
	t.Parallel()
	got := runCases(t, `
- caller: {name: aks-prod/stranger}
  call: {model: google/gemini-2.5-flash}`+"\n-"+caller+`
  call: {model: google/gemini-2.5-flash}
  expect: {code: policy_model}`+"\n-"+caller+`
  call: {model: google/gemini-2.5-flash}
  expect: {rule: r, project: p, location: l, locations: [l], max_output_tokens: 5, guard: g, service_account: s, quota_project: q}`+"\n-"+caller+`
  call: {model: google/gemini-2.5-pro}
  expect: {code: policy_tool, reason: nothing of the kind}
- call: {model: google/gemini-2.5-pro}`+"\n-"+caller+`
  call: {model: gemini-2.5-flash}`+"\n-"+caller+`
  call: {}`+"\n-"+caller+`
  at: tomorrow
  call: {model: google/gemini-2.5-flash}
`)
	want := [][]string{
		{"expected the call to be allowed, it was refused: policy_no_rule: no rule allows workload aks-prod/stranger anything"},
		{"expected the call to be refused, rule chat allows it"},
		{
			"rule: expected r, got chat", "project: expected p, got demo-project", "location: expected l, got europe-west4",
			`locations: expected ["l"], got ["europe-west4" "europe-west1"]`, "max_output_tokens: expected 5, got 1000", "guard: expected g, got standard",
			"service_account: expected s, got a@b.iam.gserviceaccount.com", "quota_project: expected q, got none",
		},
		{
			"code: expected policy_tool, got policy_model",
			`reason: expected "nothing of the kind" in "rule chat allows generateContent of google/gemini-2.5-flash and endpoints/*, not google/gemini-2.5-pro"`,
		},
		{"the case cannot be run: it has no caller.name"},
		{`the case cannot be run: call.model: "gemini-2.5-flash" is neither PUBLISHER/MODEL nor endpoints/ID`},
		{"the case cannot be run: call.model is missing for generateContent"},
		{`the case cannot be run: at: "tomorrow" is neither a duration such as +2h nor a time such as 2026-11-23T12:00:00Z`},
	}
	for i, r := range got {
		if diff := cmp.Diff(want[i], r.Diffs); diff != "" || r.Passed {
			t.Errorf("%s: %s", r.Name, diff)
		}
	}
}
