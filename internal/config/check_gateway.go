package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

func (l *loader) checkGateway(c *Config, g *GatewayDoor) {
	const at = "doors.gateway."
	if c.ToGoogle == nil {
		l.mistake("doors.gateway", "calls Vertex AI, and to_google is absent", "add to_google with its provider, project and location")
	}
	if c.Policy == nil {
		l.mistake("doors.gateway", "has no policy: every call would be refused", "add policy.rules; docs/gateway.md has one to begin with")
	}
	if c.Audit == nil {
		l.warn("doors.gateway", "no audit: no call is recorded", "add audit: {}")
	}
	l.checkGatewayListen(g)
	l.checkRing(at+"tokens.", g.Tokens.Key, g.Tokens.KeyFile)
	l.checkGatewayCallers(c, g)
	for _, limit := range []struct {
		key         string
		value       time.Duration
		least, most time.Duration
	}{
		{"tokens.lifetime", g.Tokens.Lifetime, 5 * time.Minute, time.Hour},
		{"first_byte_timeout", g.FirstByteTimeout, time.Second, time.Hour},
		{"idle_timeout", g.IdleTimeout, time.Second, time.Hour},
		{"retry_budget", g.RetryBudget, 0, 10 * time.Minute},
		{"drain", g.Drain, time.Second, time.Hour},
	} {
		l.between(at+limit.key, limit.value, limit.least, limit.most)
	}
	if g.MaxBody < 1024 || g.MaxBody > 1<<30 {
		l.mistake(at+"max_body", fmt.Sprintf("%d is outside of 1024 to %d bytes", g.MaxBody, 1<<30), "33554432 is 32 MiB")
	}
}

// between holds a duration against its bounds.
func (l *loader) between(path string, d, least, most time.Duration) {
	if d < least || d > most {
		l.mistake(path, plainDuration(d)+" is outside of "+plainDuration(least)+" to "+plainDuration(most), "write a duration between the two")
	}
}

// percent holds a number against 0 to 100.
func (l *loader) percent(path string, n int) {
	if n < 0 || n > 100 {
		l.mistake(path, fmt.Sprintf("%d is not a percentage", n), "write 0 to 100")
	}
}

func (l *loader) checkGatewayListen(g *GatewayDoor) {
	const at = "doors.gateway."
	before := len(l.problems)
	loopback := l.checkListen(at+"listen", g.Listen)
	open := !loopback && len(l.problems) == before && !l.spoiled[at+"listen"]
	switch {
	case g.CertFile != "" && g.KeyFile == "":
		l.mistake(at+"key_file", "is missing", "name the PEM file of the key that belongs to cert_file")
	case g.CertFile == "" && g.KeyFile != "":
		l.mistake(at+"cert_file", "is missing", "name the PEM file of the certificate that belongs to key_file")
	case g.CertFile == "" && g.ClientCAFile != "":
		l.mistake(at+"client_ca_file", "needs cert_file: only TLS shows a client's certificate", "add cert_file and key_file")
	case open && g.CertFile == "" && !g.PlainHTTP:
		l.mistake(at+"listen", quote(g.Listen)+" would carry callers' tokens in plain HTTP over the network", "add cert_file and key_file; or plain_http: true where a mesh or an ingress speaks TLS in front of it")
	}
	if g.Loopback != "" && open {
		l.mistake(at+"loopback", "cannot work on "+quote(g.Listen)+": whoever reaches it could call with no token", "listen on 127.0.0.1, or remove it")
	}
	if len(g.LoopbackUIDs) > 0 && g.Loopback == "" {
		l.mistake(at+"loopback_uids", "is not used without loopback", "add loopback: NAME, or remove it")
	}
	for i, id := range g.LoopbackUIDs {
		if id < 0 || int64(id) > 1<<32-1 {
			l.mistake(item(at+"loopback_uids", i), fmt.Sprintf("%d is not a user id", id), "id -u shows one")
		}
	}
	l.matches(at+"loopback", g.Loopback, callerName, "a caller's name", callerNameFix)
}

const callerNameFix = "write 1 to 40 of a-z, 0-9 and -, beginning with a letter"

func callerName(s string) bool {
	return len(s) <= 40 && s[0] >= 'a' && s[0] <= 'z' && only(s, "abcdefghijklmnopqrstuvwxyz0123456789-")
}

func (l *loader) checkGatewayCallers(c *Config, g *GatewayDoor) {
	const at = "doors.gateway.callers"
	if len(g.Callers) == 0 && g.Loopback == "" && g.ClientCAFile == "" && !l.spoiled[at] {
		l.mistake(at, "is empty, and there is no loopback or client_ca_file either: nobody could call", "add - name: aks-prod, with the cluster's issuer")
	}
	if g.Identity == "caller" && g.ClientCAFile != "" {
		l.mistake("doors.gateway.client_ca_file", "needs identity gateway: a certificate cannot be exchanged for a Google token", "add identity: gateway")
	}
	seen := map[string]string{"loopback": "doors.gateway.loopback", "mtls": "doors.gateway.client_ca_file"}
	issuers := map[string]string{}
	for i := range g.Callers {
		at, caller := item(at, i), &g.Callers[i]
		if l.spoiled[at] {
			continue
		}
		if l.required(at+".name", caller.Name, "name the issuer; policy knows its workloads as NAME/SUBJECT") {
			l.matches(at+".name", caller.Name, callerName, "a caller's name", callerNameFix)
			l.unique(at+".name", caller.Name, seen)
		}
		if l.required(at+".issuer", caller.Issuer, "az aks show --query oidcIssuerProfile.issuerUrl -o tsv") {
			l.addressAt(at+".issuer", caller.Issuer, false)
			l.unique(at+".issuer", caller.Issuer, issuers)
		}
		if _, ok := parseProvider(caller.Provider); caller.Provider != "" && !ok {
			l.mistake(at+".provider", quote(caller.Provider)+" is not a provider's name", "write "+providerForm)
		}
		if len(caller.Audiences) == 0 {
			l.deriveAudiences(at+".audiences", c, caller)
		}
	}
}

// azureExchange is the application behind api://AzureADTokenExchange: Entra's v2.0 tokens for it name it by this id.
const azureExchange = "fb60f99c-7a34-4190-8149-302f77469936"

// deriveAudiences are what a token for this caller's provider is asked for.
func (l *loader) deriveAudiences(at string, c *Config, caller *GatewayCaller) {
	provider, from := caller.Provider, strings.TrimSuffix(at, "audiences")+"provider"
	if provider == "" && c.ToGoogle != nil {
		provider, from = c.ToGoogle.Provider, "to_google.provider"
	}
	if provider == "" {
		return // to_google says so
	}
	name := plainProvider(provider)
	caller.Audiences = []string{"//iam.googleapis.com/" + name, "https://iam.googleapis.com/" + name, "api://AzureADTokenExchange", azureExchange}
	l.cfg.origins[at] = Origin{From: from}
}

// unique reports a value that an earlier entry has too.
func (l *loader) unique(path, value string, seen map[string]string) {
	if other, ok := seen[value]; ok {
		l.mistake(path, quote(value)+" is that of "+strings.TrimSuffix(strings.TrimSuffix(other, ".name"), ".issuer")+" too", "each needs its own")
		return
	}
	seen[value] = path
}

func (l *loader) checkTelemetry(t *Telemetry) {
	// Plain http is fine here: no token travels, and collectors are often in the cluster.
	if u, err := url.Parse(t.Endpoint); t.Endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil) {
		l.mistake("telemetry.endpoint", quote(t.Endpoint)+" is not an address", "write http://HOST:4318")
	}
	l.percent("telemetry.sample_percent", t.SamplePercent)
	l.between("telemetry.interval", t.Interval, time.Second, time.Hour)
}

// listed reports a name that is not one of those that are known.
func (l *loader) listed(path, value string, known []string, what string) {
	if slices.Contains(known, value) {
		return
	}
	fix := "there is " + strings.Join(known, ", ")
	if near := Nearest(value, known); near != "" {
		fix = "did you mean " + near + "?"
	}
	l.mistake(path, quote(value)+" is not "+what, fix)
}
