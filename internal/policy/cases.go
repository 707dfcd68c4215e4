package policy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Case is one unit test of a policy: who asks what, and what shall come of it.
type Case struct {
	Name   string     `json:"name" yaml:"name"`
	Caller CaseCaller `json:"caller" yaml:"caller"`
	Call   CaseCall   `json:"call" yaml:"call"`
	// At is the time of the case: "+90m" from the time of the run, or RFC 3339. Empty is the time of the run.
	At     string `json:"at,omitempty" yaml:"at,omitempty"`
	Expect Expect `json:"expect" yaml:"expect"`
}

// CaseCaller is the workload that asks.
type CaseCaller struct {
	Name    string         `json:"name" yaml:"name"` // ISSUER/SUBJECT
	Issuer  string         `json:"issuer,omitempty" yaml:"issuer,omitempty"`
	Subject string         `json:"subject,omitempty" yaml:"subject,omitempty"` // that of Name when empty
	Claims  map[string]any `json:"claims,omitempty" yaml:"claims,omitempty"`
}

// CaseCall is what it asks.
type CaseCall struct {
	// Method as rules name it; generateContent when empty. RESOURCE.VERB is a call of a collection.
	Method   string `json:"method,omitempty" yaml:"method,omitempty"`
	Model    string `json:"model,omitempty" yaml:"model,omitempty"` // PUBLISHER/MODEL or endpoints/ID
	Project  string `json:"project,omitempty" yaml:"project,omitempty"`
	Location string `json:"location,omitempty" yaml:"location,omitempty"`
	// Tools are functions and Google's own tools by name; BuiltIns are those of others.
	Tools     []string          `json:"tools,omitempty" yaml:"tools,omitempty"`
	BuiltIns  []string          `json:"built_in_tools,omitempty" yaml:"built_in_tools,omitempty"`
	Media     []string          `json:"media,omitempty" yaml:"media,omitempty"`
	Cached    bool              `json:"cached_content,omitempty" yaml:"cached_content,omitempty"`
	MaxOutput int               `json:"max_output_tokens,omitempty" yaml:"max_output_tokens,omitempty"`
	Labels    map[string]string `json:"labels,omitempty" yaml:"labels,omitempty"`
	Stream    bool              `json:"stream,omitempty" yaml:"stream,omitempty"`
}

// CaseResult is how one case went.
type CaseResult struct {
	Name    string   `json:"name"`
	Passed  bool     `json:"passed"`
	Diffs   []string `json:"diffs,omitempty"` // one sentence for each expectation that was not met
	Allowed bool     `json:"allowed"`
	Rule    string   `json:"rule,omitempty"`
	Code    string   `json:"code,omitempty"`   // of the refusal
	Reason  string   `json:"reason,omitempty"` // its text
	Hint    string   `json:"hint,omitempty"`
}

// RunCases puts each case to the policy, at the given time.
func RunCases(ctx context.Context, p *Policy, cases []Case, now time.Time) []CaseResult {
	out := make([]CaseResult, len(cases))
	for i := range cases {
		c, r := &cases[i], &out[i]
		if r.Name = c.Name; r.Name == "" {
			r.Name = fmt.Sprintf("case %d", i+1)
		}
		ask, err := c.ask(now)
		if err != nil {
			r.Diffs = []string{"the case cannot be run: " + err.Error()}
			continue
		}
		d, err := p.Decide(ctx, ask)
		r.Allowed, r.Rule = err == nil, d.Rule
		if e, ok := errors.AsType[*bridge.Error](err); ok {
			r.Code, r.Reason, r.Hint = e.Code, e.Text, e.Hint
		}
		r.Diffs = c.Expect.diff(r, &d)
		r.Passed = len(r.Diffs) == 0
	}
	return out
}

// ask is the case as the gateway would ask it.
func (c *Case) ask(now time.Time) (Ask, error) {
	at, err := moment(c.At, now)
	if err != nil {
		return Ask{}, err
	}
	if c.Caller.Name == "" {
		return Ask{}, errors.New("it has no caller.name")
	}
	target, err := c.Call.target()
	if err != nil {
		return Ask{}, err
	}
	caller := prompt.Caller{Name: c.Caller.Name, Issuer: c.Caller.Issuer, Subject: c.Caller.Subject, Claims: c.Caller.Claims}
	if caller.Subject == "" {
		_, caller.Subject, _ = strings.Cut(caller.Name, "/")
	}
	return Ask{
		Caller: caller, Target: target, Stream: c.Call.Stream, Tools: c.Call.Tools, BuiltIns: c.Call.BuiltIns, Media: c.Call.Media,
		Cached: c.Call.Cached, MaxOutput: c.Call.MaxOutput, Labels: c.Call.Labels, Now: at,
	}, nil
}

func (c *CaseCall) target() (prompt.Target, error) {
	t := prompt.Target{Version: "v1", Project: c.Project, Location: c.Location, Method: c.Method}
	if t.Method == "" {
		t.Method = "generateContent"
	}
	publisher, model, ok := strings.Cut(c.Model, "/")
	switch {
	case ok && publisher == "endpoints":
		t.Endpoint = model
	case ok:
		t.Publisher, t.Model = publisher, model
	case c.Model != "":
		return t, fmt.Errorf("call.model: %q is neither PUBLISHER/MODEL nor endpoints/ID", c.Model)
	case !ofCollection(t.Method):
		return t, fmt.Errorf("call.model is missing for %s", t.Method)
	default:
		t.Collection, t.Method = collectionOf(t.Method)
	}
	return t, nil
}

// collectionOf makes a path of RESOURCE.VERB, with an id between two names.
func collectionOf(method string) (path, verb string) {
	names := strings.Split(method, ".")
	return strings.Join(names[:len(names)-1], "/ID/"), names[len(names)-1]
}

// moment reads "+2h", "-61s" or an RFC 3339 time; empty is now.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return now, nil
	}
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		if d, err := time.ParseDuration(text); err == nil {
			return now.Add(d), nil
		}
	} else if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("at: %q is neither a duration such as +2h nor a time such as 2026-11-23T12:00:00Z", text)
}
