package config

import (
	"fmt"
	"math/big"
	"strings"
)

// checkPolicy looks at each rule alone; what rules mean together, their conditions and their patterns are judged by policy
// itself before any door opens.
func (l *loader) checkPolicy(c *Config) {
	p := c.Policy
	if p == nil {
		return
	}
	if len(p.Rules) == 0 && !l.spoiled["policy.rules"] {
		l.mistake("policy.rules", "is empty: every call would be refused", "write - name: NAME, and below it workloads and models")
	}
	names := map[string]string{}
	for i := range p.Rules {
		if at := item("policy.rules", i); !l.spoiled[at] {
			l.checkRule(at+".", c, &p.Rules[i], names)
		}
	}
	l.checkQuotas(p)
	for i, price := range p.Prices {
		at := item("policy.prices", i) + "."
		l.required(at+"model", price.Model, "write PUBLISHER/MODEL, such as google/gemini-2.5-flash")
		l.required(at+"input_per_million", price.Input, "write a decimal number, such as 0.30")
		l.required(at+"output_per_million", price.Output, "write a decimal number, such as 2.50")
		for key, value := range map[string]string{"input_per_million": price.Input, "output_per_million": price.Output, "cached_per_million": price.Cached} {
			l.matches(at+key, value, decimal, "a price", "write a decimal number, such as 0.30")
		}
	}
}

func decimal(s string) bool {
	n, ok := new(big.Rat).SetString(s)
	return ok && only(s, "0123456789.") && n.Sign() >= 0 && n.Cmp(big.NewRat(1_000_000, 1)) <= 0
}

func (l *loader) checkRule(at string, c *Config, r *PolicyRule, names map[string]string) {
	if l.required(at+"name", r.Name, "give it a name of your own: decisions and the audit log say it") {
		l.matches(at+"name", r.Name, ruleName, "a rule's name", "write 1 to 64 of a-z, A-Z, 0-9, -, _ and .")
		l.unique(at+"name", r.Name, names)
	}
	if len(r.Workloads) == 0 {
		l.mistake(at+"workloads", "is missing", `write ISSUER/SUBJECT, such as "aks-prod/system:serviceaccount:demo:chat"; issuers are the names of doors.gateway.callers`)
	}
	for i, w := range r.Workloads {
		l.checkWorkloadName(item(at+"workloads", i), c, w)
	}
	if r.Effect == "deny" {
		l.unusedByDeny(at)
		return
	}
	if len(r.Models) == 0 {
		l.mistake(at+"models", "is missing", "write PUBLISHER/MODEL, such as google/gemini-2.5-flash, or endpoints/ID")
	}
	for i, m := range r.Models {
		if !strings.Contains(m, "/") && m != "*" {
			l.mistake(item(at+"models", i), quote(m)+" does not say whose model it is", "write google/"+m)
		}
	}
	l.matches(at+"project", r.Project, projectID, "a project id", "gcloud projects list shows PROJECT_ID")
	l.matches(at+"quota_project", r.QuotaProject, projectID, "a project id", "gcloud projects list shows PROJECT_ID")
	l.matches(at+"service_account", r.ServiceAccount, serviceAccount, "a service account's e-mail", "gcloud iam service-accounts list shows it")
	for i, location := range r.Locations {
		l.checkRegion(item(at+"locations", i), location)
	}
	l.checkRuleDefaults(at, c, r)
	for key, n := range map[string]int{
		"max_output_tokens": r.MaxOutputTokens, "quota.requests_per_minute": r.Quota.RequestsPerMinute, "quota.requests_per_day": r.Quota.RequestsPerDay,
		"quota.tokens_per_minute": r.Quota.TokensPerMinute, "quota.tokens_per_day": r.Quota.TokensPerDay, "quota.concurrent": r.Quota.Concurrent,
	} {
		if n < 0 {
			l.mistake(at+key, fmt.Sprintf("%d is less than nothing", n), "write 0 for no limit")
		}
	}
}

// checkRuleDefaults fills in what a rule takes from elsewhere.
func (l *loader) checkRuleDefaults(at string, c *Config, r *PolicyRule) {
	if g := c.ToGoogle; g != nil {
		l.derive(at+"project", &r.Project, g.Project, "to_google.project")
		if len(r.Locations) == 0 && g.Location != "" && !l.spoiled[at+"locations"] {
			r.Locations = []string{g.Location}
			l.cfg.origins[at+"locations"] = Origin{From: "to_google.location"}
		}
	}
	if r.Project == "" {
		l.mistake(at+"project", "is missing", "write it here or as to_google.project: calls are made in it")
	}
	if len(r.Locations) == 0 {
		l.mistake(at+"locations", "is missing", "write it here or as to_google.location: nothing outside of it is called")
	}
	profile := "standard"
	if c.Guard != nil {
		profile = c.Guard.Default
	}
	l.derive(at+"guard", &r.Guard, profile, "guard.default")
	l.listed(at+"guard", r.Guard, c.profiles(), "a profile of guard.profiles")
}

// unusedByDeny reports what a deny rule does not read.
func (l *loader) unusedByDeny(at string) {
	for _, key := range []string{"project", "tools", "media", "cached_content", "max_output_tokens", "service_account", "quota_project", "guard", "quota"} {
		if l.written(at + key) {
			l.mistake(at+key, "is not used by effect deny", "remove it")
		}
	}
}

func (l *loader) checkWorkloadName(path string, c *Config, name string) {
	issuer, subject, ok := strings.Cut(name, "/")
	if !ok || subject == "" {
		l.mistake(path, quote(name)+" is not ISSUER/SUBJECT", `write the name of a caller, a slash and its subject, such as "aks-prod/system:serviceaccount:demo:chat"`)
		return
	}
	if c.Doors.Gateway == nil || strings.Contains(issuer, "*") {
		return
	}
	known := []string{}
	for _, caller := range c.Doors.Gateway.Callers {
		known = append(known, caller.Name)
	}
	if c.Doors.Gateway.Loopback != "" {
		known = append(known, "loopback")
	}
	if c.Doors.Gateway.ClientCAFile != "" {
		known = append(known, "mtls")
	}
	l.listed(path, issuer, known, "one of doors.gateway.callers")
}

func (l *loader) checkQuotas(p *Policy) {
	const at = "policy.quotas."
	q := &p.Quotas
	if q.Store == "postgres" {
		l.required(at+"dsn_file", q.DSNFile, "name the file that holds postgres://USER@HOST/DATABASE")
		if q.SlicePercent < 1 || q.SlicePercent > 100 {
			l.mistake(at+"slice_percent", fmt.Sprintf("%d is not a part of a quota", q.SlicePercent), "write 1 to 100")
		}
		return
	}
	for _, key := range []string{"dsn_file", "slice_percent", "when_down"} {
		if l.written(at + key) {
			l.mistake(at+key, "is not used by store local", "remove it, or write store: postgres")
		}
	}
}

func ruleName(s string) bool {
	return len(s) <= 64 && only(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
}
