package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	quota := policy.Quota{RequestsPerMinute: 10}
	p := compile(t, with(func(r *policy.Rule) {
		r.MaxOutputTokens, r.ServiceAccount, r.QuotaProject, r.Quota = 1000, "chat@demo-project.iam.gserviceaccount.com", "billing", quota
	}))
	got, err := p.Decide(t.Context(), ask(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := policy.Decision{
		Rule:      "chat",
		Target:    prompt.Target{Version: "v1", Project: "demo-project", Location: "europe-west4", Publisher: "google", Model: "gemini-2.5-flash", Method: "generateContent"},
		Locations: []string{"europe-west4", "europe-west1"},
		MaxOutput: 1000, Profile: "standard", ServiceAccount: "chat@demo-project.iam.gserviceaccount.com", QuotaProject: "billing", Quota: quota,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What is called first, and what may be tried after it.
func TestLocations(t *testing.T) {
	t.Parallel()
	p := compile(t,
		policy.Rule{Name: "not-here", Effect: policy.Deny, Workloads: []string{"aks-prod/b"}, Locations: []string{"europe-west4", "us"}},
		with(func(r *policy.Rule) {
			r.Workloads, r.Models, r.Methods = []string{"aks-prod/*"}, []string{"*"}, []string{"*", "tuningJobs.*"}
			r.Locations = []string{"europe-west4", "europe-west1", "global"}
			r.CachedContent = true
		}))
	for name, c := range map[string]struct {
		change func(*policy.Ask)
		want   string
	}{
		"none named":        {func(*policy.Ask) {}, "europe-west4 europe-west1 global"},
		"one named":         {func(a *policy.Ask) { a.Target.Location = "global" }, "global europe-west4 europe-west1"},
		"its own project":   {func(a *policy.Ask) { a.Target.Project = "demo-project" }, "europe-west4 europe-west1 global"},
		"an endpoint":       {func(a *policy.Ask) { a.Target = prompt.Target{Endpoint: "123", Method: "predict", Location: "global"} }, "global"},
		"the OpenAI form":   {func(a *policy.Ask) { a.Target = prompt.Target{Endpoint: "openapi", Method: "chat/completions"} }, "europe-west4 europe-west1 global"},
		"a collection":      {func(a *policy.Ask) { a.Target = prompt.Target{Collection: "tuningJobs/1", Method: "get"} }, "europe-west4"},
		"a cached content":  {func(a *policy.Ask) { a.Cached = true }, "europe-west4"},
		"one taken out":     {func(a *policy.Ask) { a.Caller.Name = "aks-prod/b" }, "europe-west1 global"},
		"no fallback to it": {func(a *policy.Ask) { a.Caller.Name, a.Target.Location = "aks-prod/b", "global" }, "global europe-west1"},
	} {
		d, err := p.Decide(t.Context(), ask(c.change))
		if got := strings.Join(d.Locations, " "); err != nil || got != c.want || d.Target.Location != d.Locations[0] || d.Target.Project != "demo-project" {
			t.Errorf("%s: %s and %+v, %v; want %s", name, got, d.Target, err, c.want)
		}
	}
	d, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Caller.Name, a.Target.Location = "aks-prod/b", "europe-west4" }))
	if e := refusal(t, err); e.Code != "policy_denied" || d.Rule != "not-here" {
		t.Errorf("a location that is denied: %v by %q", e, d.Rule)
	}
}

// Every refusal says by which rule, what did not match, and the key to change.
func TestRefusals(t *testing.T) {
	t.Parallel()
	const file = " in policy.rules of landbridge.yaml"
	p := compile(t,
		policy.Rule{Name: "no-preview", Effect: policy.Deny, Workloads: []string{"*"}, Models: []string{"*-preview*"}},
		with(func(r *policy.Rule) {
			r.Methods, r.Tools, r.Media = []string{"generateContent", "countTokens", "batchPredictionJobs.create"}, []string{"get_*"}, []string{"image/*"}
		}),
		with(func(r *policy.Rule) {
			r.Name, r.Workloads, r.Models, r.When = "night", []string{"aks-prod/night"}, []string{"google/*"}, "now.getHours() < 6"
		}),
		with(func(r *policy.Rule) {
			r.Name, r.Workloads, r.Models = "bank", []string{"aks-prod/bank"}, []string{"anthropic/*"}
		}),
	)
	for name, c := range map[string]struct {
		change           func(*policy.Ask)
		code, text, hint string
	}{
		"unknown workload": {
			func(a *policy.Ask) { a.Caller.Name = "aks-prod/stranger" },
			"policy_no_rule", "no rule allows workload aks-prod/stranger anything", "add aks-prod/stranger to workloads of a rule" + file,
		},
		"another's model": {
			func(a *policy.Ask) { a.Target.Publisher, a.Target.Model = "anthropic", "claude-sonnet-4@20250514" },
			"policy_model", "rule chat allows generateContent of google/gemini-2.5-flash, not anthropic/claude-sonnet-4@20250514",
			"add anthropic/claude-sonnet-4@20250514 to models of rule chat" + file,
		},
		"method": {
			func(a *policy.Ask) { a.Target.Method = "predict" },
			"policy_method", "rule chat allows generateContent, countTokens and batchPredictionJobs.create of google/gemini-2.5-flash, not predict",
			"add predict to methods of rule chat" + file,
		},
		"collection": {
			func(a *policy.Ask) { a.Target = prompt.Target{Collection: "tuningJobs/1/operations/2", Method: "get"} },
			"policy_method", "rule chat allows generateContent, countTokens and batchPredictionJobs.create, not tuningJobs.operations.get",
			"add tuningJobs.operations.get to methods of rule chat" + file,
		},
		"project": {
			func(a *policy.Ask) { a.Target.Project = "other" },
			"policy_project", "rule chat is for project demo-project, not other",
			"leave the project out of the path, or change project of rule chat" + file,
		},
		"location": {
			func(a *policy.Ask) { a.Target.Location = "us-central1" },
			"policy_location", "rule chat allows europe-west4 and europe-west1, not us-central1",
			"call one of these, or leave the location out of the path; or add us-central1 to locations of rule chat" + file,
		},
		"denied": {
			func(a *policy.Ask) { a.Target.Model = "gemini-3-preview" },
			"policy_denied", "rule no-preview denies generateContent of google/gemini-3-preview",
			"rule no-preview" + file + " has effect deny; the first rule that matches decides",
		},
		"condition": {
			func(a *policy.Ask) { a.Caller.Name = "aks-prod/night" },
			"policy_condition", "the condition of rule night does not hold for this call", "see when of rule night" + file,
		},
		"function": {
			func(a *policy.Ask) { a.Tools = []string{"get_weather", "delete_all"} },
			"policy_tool", "rule chat does not allow the function delete_all", "add delete_all to tools of rule chat" + file,
		},
		"built-in tool": {
			func(a *policy.Ask) { a.BuiltIns = []string{"google_search"} },
			"policy_tool", "rule chat does not allow the built-in tool googleSearch", "add googleSearch to tools of rule chat" + file,
		},
		"media": {
			func(a *policy.Ask) { a.Media = []string{"IMAGE/PNG", "application/pdf; v=2"} },
			"policy_media", "rule chat does not allow media of type application/pdf", "add application/pdf to media of rule chat" + file,
		},
		"media of no type": {
			func(a *policy.Ask) { a.Media = []string{""} },
			"policy_media", "rule chat does not allow a file whose MIME type is not said", "let the caller say it, or add * to media of rule chat" + file,
		},
		"cached content": {
			func(a *policy.Ask) { a.Cached = true },
			"policy_cached_content", "rule chat does not allow a cachedContent", "add cached_content: true to rule chat" + file,
		},
		"content as a name": {
			func(a *policy.Ask) { a.Target.Model = "gemini\nmy card is 4111" },
			"policy_model", "rule chat allows generateContent of google/gemini-2.5-flash, not a name of 29 bytes that is not repeated here", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := p.Decide(t.Context(), ask(c.change))
			e := refusal(t, err)
			if e.Kind != bridge.Refused || e.Code != c.code || e.Text != c.text || c.hint != "" && e.Hint != c.hint {
				t.Errorf("%v: %s\n%s\n%s", e.Kind, e.Code, e.Text, e.Hint)
			}
			if strings.Contains(e.Text+e.Hint, "bank") {
				t.Error("another workload's rule is told")
			}
		})
	}
}

func TestTools(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule           []string
		tools, builtIn []string
		want           bool
	}{
		{nil, []string{"any", "function"}, nil, true},
		{nil, []string{"googleSearch"}, nil, false},
		{nil, []string{"google_search"}, nil, false},
		{nil, []string{"google_searches", "googleSearc", "google"}, nil, true},
		{nil, nil, []string{"somethingNew"}, false},
		{[]string{"*"}, []string{"any"}, nil, true},
		{[]string{"*"}, nil, []string{"googleSearch"}, false},
		{[]string{"*", "googleSearch"}, []string{"any", "google_search"}, []string{"googleSearch"}, true},
		{[]string{"googleSearch"}, []string{"any"}, nil, false},
		{[]string{"google*"}, nil, []string{"google_maps"}, true},
		{[]string{"web_search_*"}, nil, []string{"web_search_20250305"}, true},
	} {
		p := compile(t, with(func(r *policy.Rule) { r.Tools = c.rule }))
		_, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Tools, a.BuiltIns = c.tools, c.builtIn }))
		if (err == nil) != c.want {
			t.Errorf("%q with %q and %q: %v", c.rule, c.tools, c.builtIn, err)
		}
	}
}

func TestMaxOutput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rule, asked, want int }{{0, 0, 0}, {0, 5000, 5000}, {100, 0, 100}, {100, 50, 50}, {100, 101, 100}, {100, -1, 100}} {
		p := compile(t, with(func(r *policy.Rule) { r.MaxOutputTokens = c.rule }))
		d, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.MaxOutput = c.asked }))
		if err != nil || d.MaxOutput != c.want {
			t.Errorf("%+v: %d, %v", c, d.MaxOutput, err)
		}
	}
}

// A collection's methods are not opened by a bare *, and what is done to an endpoint is one of them.
func TestStarOpensNoCollection(t *testing.T) {
	t.Parallel()
	targets := []prompt.Target{
		{Collection: "tuningJobs", Method: "create"},
		{Endpoint: "1", Method: "deployModel"},
		{Publisher: "google", Model: "m", Method: "export"},
	}
	for _, methods := range [][]string{{"*"}, {"*", "*.*"}} {
		p := compile(t, with(func(r *policy.Rule) { r.Methods, r.Models = methods, []string{"*"} }))
		for _, target := range targets {
			_, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Target = target }))
			if (err == nil) != slices.Contains(methods, "*.*") {
				t.Errorf("%q, %+v: %v", methods, target, err)
			}
		}
	}
}

// The model in the body of an OpenAI call counts where it is what is asked, and only there.
func TestModelOfEndpoint(t *testing.T) {
	t.Parallel()
	p := compile(t, with(func(r *policy.Rule) { r.Methods = []string{"chat/completions"} }))
	for target, want := range map[prompt.Target]string{
		{Endpoint: "openapi", Publisher: "google", Model: "gemini-2.5-flash"}: "",
		{Endpoint: "openapi", Publisher: "google", Model: "gemini-2.5-pro"}:   "not google/gemini-2.5-pro",
		{Endpoint: "openapi"}: "not endpoints/openapi",
		{Endpoint: "123", Publisher: "google", Model: "gemini-2.5-flash"}: "not endpoints/123",
	} {
		target.Method = "chat/completions"
		_, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Target = target }))
		if want == "" && err != nil || want != "" && !strings.HasSuffix(refusal(t, err).Text, want) {
			t.Errorf("%+v: %v", target, err)
		}
	}
}

// The same question has the same answer when it is asked again, whatever was asked in between.
func TestRemembered(t *testing.T) {
	t.Parallel()
	p := compile(t, chat(), with(func(r *policy.Rule) {
		r.Name, r.Workloads, r.Models, r.When = "dev", []string{"aks-dev/*"}, []string{"*"}, "call.stream"
	}))
	for i := range 10_000 {
		model := "m" + strings.Repeat("x", i%700) + string(rune('a'+i%26))
		for _, stream := range []bool{true, false} {
			_, err := p.Decide(t.Context(), ask(func(a *policy.Ask) { a.Caller.Name, a.Target.Model, a.Stream = "aks-dev/b", model, stream }))
			if (err == nil) != stream {
				t.Fatalf("%s, stream %t: %v", model, stream, err)
			}
		}
	}
	if _, err := p.Decide(t.Context(), ask(nil)); err != nil {
		t.Error(err)
	}
}
