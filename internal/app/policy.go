package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/policy"
)

// PolicyResult is how one case of a policy's test went.
type PolicyResult = policy.CaseResult

// compilePolicy compiles the rules of a configuration. What is wrong with them stands where they were written.
func compilePolicy(cfg *config.Config) (*policy.Policy, error) {
	if cfg.Policy == nil {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "policy_absent", Text: "the configuration has no policy", Hint: "add policy.rules; docs/gateway.md has some to begin with"}
	}
	p, err := policy.Compile(policy.Options{Rules: policyRules(cfg.Policy.Rules), Prices: policyPrices(cfg.Policy.Prices)})
	problems, ok := errors.AsType[policy.Problems](err)
	if !ok {
		return p, err
	}
	var found config.Problems
	for _, m := range problems {
		text := m.Text
		if m.Line > 0 {
			text = fmt.Sprintf("line %d, column %d of the condition: %s", m.Line, m.Column, text)
		}
		found = append(found, cfg.Problem(config.Mistake, m.Path, text, m.Fix))
	}
	return nil, found.Err()
}

func policyRules(rules []config.PolicyRule) []policy.Rule {
	out := make([]policy.Rule, len(rules))
	for i, r := range rules {
		out[i] = policy.Rule{
			Name: r.Name, Workloads: r.Workloads, Effect: policy.Effect(r.Effect), Methods: r.Methods, Models: r.Models, Project: r.Project, Locations: r.Locations,
			Tools: r.Tools, Media: r.Media, CachedContent: r.CachedContent, MaxOutputTokens: r.MaxOutputTokens, When: r.When,
			ServiceAccount: r.ServiceAccount, QuotaProject: r.QuotaProject, Guard: r.Guard,
			Quota: policy.Quota{
				RequestsPerMinute: r.Quota.RequestsPerMinute, RequestsPerDay: r.Quota.RequestsPerDay,
				TokensPerMinute: r.Quota.TokensPerMinute, TokensPerDay: r.Quota.TokensPerDay, Concurrent: r.Quota.Concurrent, Shadow: r.Quota.Shadow,
			},
		}
	}
	return out
}

func policyPrices(prices []config.PolicyPrice) []policy.Price {
	out := make([]policy.Price, len(prices))
	for i, p := range prices {
		out[i] = policy.Price{Model: p.Model, Input: p.Input, Output: p.Output, Cached: p.Cached}
	}
	return out
}

// RunPolicyCases runs a file of cases against the policy of a configuration.
func (a *App) RunPolicyCases(ctx context.Context, cfg *config.Config, path string) ([]PolicyResult, error) {
	p, err := compilePolicy(cfg)
	if err != nil {
		return nil, err
	}
	data, err := a.host.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	var file struct {
		Cases []policy.Case `yaml:"cases"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, &bridge.Error{
			Kind: bridge.Usage, Code: "cases_unreadable", Text: path + " is not a file of cases", Cause: errors.New(strings.TrimSpace(yaml.FormatError(err, false, true))),
			Hint: "docs/gateway.md shows one",
		}
	}
	if len(file.Cases) == 0 {
		return nil, &bridge.Error{Kind: bridge.Usage, Code: "cases_empty", Text: path + " has no cases", Hint: "docs/gateway.md shows a file of cases"}
	}
	return policy.RunCases(ctx, p, file.Cases, a.host.Clock()), nil
}
