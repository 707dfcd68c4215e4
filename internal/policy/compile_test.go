package policy_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
)

// problems are the lines of what is wrong with some rules.
func problems(t *testing.T, o policy.Options) []string {
	t.Helper()
	_, err := policy.Compile(o)
	if err == nil {
		return nil
	}
	list, ok := errors.AsType[policy.Problems](err)
	if !ok || bridge.KindOf(err) != bridge.Usage {
		t.Fatalf("%v is no list of problems", err)
	}
	var lines []string
	for _, p := range list {
		lines = append(lines, p.String())
	}
	return lines
}

func TestProblems(t *testing.T) {
	t.Parallel()
	got := problems(t, policy.Options{
		Rules: []policy.Rule{
			{Name: "a rule", Effect: "maybe", Workloads: []string{"chat"}},
			{Name: "empty"},
			with(func(r *policy.Rule) {
				r.Name, r.Methods = "misspelt", []string{"generateContnet", "batchPredictionJob.create", "*Content", "xyz", "tuning*.create"}
			}),
			with(func(r *policy.Rule) {
				r.Name, r.Models, r.Locations = "places", []string{"gemini-2.5-flash"}, []string{"europe-west4", "us-*", "europe-west4"}
			}),
			with(func(r *policy.Rule) { r.Name, r.When = "broken", "call.stream &&\n  call.modle == 'x'" }),
			with(func(r *policy.Rule) { r.Name, r.When = "no bool", "call.model" }),
			with(func(r *policy.Rule) { r.Name, r.MaxOutputTokens, r.Quota.TokensPerDay = "less", -1, -5 }),
			{Name: "deny", Effect: policy.Deny, Workloads: []string{"*"}, Media: []string{"*"}},
			{Name: "batch", Effect: policy.Deny, Workloads: []string{"*"}, Methods: []string{"batchPredictionJobs.*"}, Models: []string{"anthropic/*"}},
			with(func(r *policy.Rule) { r.Name = "less" }),
		},
		Prices: []policy.Price{{Input: "1e3", Output: "-1"}, {Model: "google/*", Input: "0.30", Output: "1000001"}},
	})
	want := []string{
		`policy.rules[0].name (rule a rule): "a rule" is no rule's name; write letters, digits, -, _ and .`,
		`policy.rules[0].effect (rule a rule): "maybe" is neither allow nor deny`,
		`policy.rules[0].workloads[0] (rule a rule): "chat" can never match: a workload is ISSUER/SUBJECT; write the name of the issuer and a slash before it`,
		`policy.rules[1].models (rule empty): is missing; write PUBLISHER/MODEL, such as google/gemini-2.5-flash`,
		`policy.rules[1].project (rule empty): is missing; calls are made in it`,
		`policy.rules[1].locations (rule empty): is missing; nothing outside of them is called`,
		`policy.rules[1].workloads (rule empty): is missing; write ISSUER/SUBJECT`,
		`policy.rules[2].methods[0] (rule misspelt): "generateContnet" is no method of Vertex AI; did you mean generateContent?`,
		`policy.rules[2].methods[1] (rule misspelt): "batchPredictionJob.create" is no method of Vertex AI; did you mean batchPredictionJobs.create?`,
		`policy.rules[2].methods[3] (rule misspelt): "xyz" is no method of Vertex AI; the methods of models are generateContent, streamGenerateContent, countTokens, computeTokens, embedContent, batchEmbedContents, predict, rawPredict, streamRawPredict, serverStreamingPredict, directPredict, directRawPredict, explain, predictLongRunning, fetchPredictOperation, chat/completions; those of collections are RESOURCE.VERB, such as batchPredictionJobs.create`,
		`policy.rules[3].models[0] (rule places): "gemini-2.5-flash" can never match: it does not say whose model it is; write google/gemini-2.5-flash`,
		`policy.rules[3].locations[1] (rule places): "us-*" is not a location; write a region such as europe-west4, or us, eu or global; a * is not allowed here`,
		`policy.rules[3].locations[2] (rule places): europe-west4 is in the list twice; remove one`,
		`policy.rules[4].when (rule broken), line 2, column 7: undeclared reference to 'call.modle' (did you mean 'call.model'?); the condition may use caller.name, caller.issuer, caller.subject, caller.claims, call.method, call.publisher, call.model, call.endpoint, call.project, call.location, call.stream, call.tools, call.labels and now`,
		`policy.rules[5].name (rule no bool): "no bool" is no rule's name; write letters, digits, -, _ and .`,
		`policy.rules[5].when (rule no bool), line 1, column 1: the condition gives string, bool is needed; compare it with something`,
		`policy.rules[6].max_output_tokens (rule less): -1 is less than nothing; write 0 for no limit`,
		`policy.rules[6].quota.tokens_per_day (rule less): -5 is less than nothing; write 0 for no limit`,
		`policy.rules[7].effect (rule deny): deny uses workloads, methods, models, locations and when alone; remove the other keys`,
		`policy.rules[8].models (rule batch): a call of a collection names no model, so nothing is denied; remove models`,
		`policy.rules[9].name (rule less): an earlier rule has this name; give each rule its own`,
		`policy.prices[0].model: is missing; write PUBLISHER/MODEL`,
		`policy.prices[0].input_per_million: "1e3" is no price; write a decimal number such as 0.30`,
		`policy.prices[0].output_per_million: "-1" is no price; write a decimal number such as 0.30`,
		`policy.prices[0].cached_per_million: "1e3" is no price; write a decimal number such as 0.30`,
		`policy.prices[1].output_per_million: "1000001" is no price; write a decimal number such as 0.30`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A rule that an earlier one covers is a mistake; one that it covers in part is not.
func TestCovered(t *testing.T) {
	t.Parallel()
	wide := with(func(r *policy.Rule) {
		r.Name, r.Workloads, r.Models, r.Methods = "wide", []string{"aks-prod/*"}, []string{"google/*"}, []string{"*Content", "countTokens"}
	})
	const covered = "policy.rules[1] (rule %): can never match: rule wide, which comes earlier, takes all of its calls; move it up, or remove it"
	for name, c := range map[string]struct {
		first, second policy.Rule
		later         []policy.Rule
		want          bool
	}{
		"covered":           {first: wide, second: chat(), want: true},
		"one location":      {first: wide, second: with(func(r *policy.Rule) { r.Locations = []string{"europe-west1"} }), want: true},
		"another location":  {first: wide, second: with(func(r *policy.Rule) { r.Locations = []string{"us-east1"} })},
		"another project":   {first: wide, second: with(func(r *policy.Rule) { r.Project = "other" })},
		"another model":     {first: wide, second: with(func(r *policy.Rule) { r.Models = append(r.Models, "anthropic/*") })},
		"another method":    {first: wide, second: with(func(r *policy.Rule) { r.Methods = []string{"predict"} })},
		"another workload":  {first: wide, second: with(func(r *policy.Rule) { r.Workloads = []string{"aks-*/x"} })},
		"a condition first": {first: with(func(r *policy.Rule) { *r = wide; r.When = "call.stream" }), second: chat()},
		"a condition after": {first: wide, second: with(func(r *policy.Rule) { r.When = "call.stream" }), want: true},
		"denied after it is allowed": {
			first: wide, second: policy.Rule{Name: "chat", Effect: policy.Deny, Workloads: []string{chatName}, Methods: []string{"generateContent"}, Models: []string{"google/*"}}, want: true,
		},
		"denied before more is allowed": {
			first: wide, second: policy.Rule{Name: "chat", Effect: policy.Deny, Workloads: []string{chatName}, Methods: []string{"generateContent"}, Models: []string{"google/*"}},
			later: []policy.Rule{with(func(r *policy.Rule) { r.Name, r.Workloads, r.Locations = "us", []string{"*"}, []string{"us-east1"} })},
		},
		"denied altogether": {first: policy.Rule{Name: "wide", Effect: policy.Deny, Workloads: []string{"aks-prod/*"}}, second: chat(), want: true},
		"denied in all its locations": {
			first: policy.Rule{Name: "wide", Effect: policy.Deny, Workloads: []string{"*"}, Locations: []string{"europe-west4", "europe-west1", "us"}}, second: chat(), want: true,
		},
		"denied in one location": {first: policy.Rule{Name: "wide", Effect: policy.Deny, Workloads: []string{"*"}, Locations: []string{"europe-west4"}}, second: chat()},
		"its collections are not denied": {
			first:  policy.Rule{Name: "wide", Effect: policy.Deny, Workloads: []string{"*"}, Models: []string{"*"}},
			second: with(func(r *policy.Rule) { r.Methods = []string{"tuningJobs.create", "predict"} }),
		},
	} {
		var want []string
		if c.want {
			want = []string{"policy.rules[1] (rule " + c.second.Name + covered[len("policy.rules[1] (rule %"):]}
		}
		got := problems(t, policy.Options{Rules: append([]policy.Rule{c.first, c.second}, c.later...)})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
