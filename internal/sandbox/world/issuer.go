package world

import "strings"

// GoogleIssuer is the issuer of Google's own ID tokens.
const GoogleIssuer = "https://accounts.google.com"

// IssuerKeys returns the published keys of an issuer of this world: a cluster, an Entra tenant in either of its token
// versions, or Google. False means that the issuer is somewhere else.
func (w *World) IssuerKeys(issuer string) (*KeyRing, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if issuer == GoogleIssuer {
		return w.google, true
	}
	for _, name := range []string{issuer, strings.TrimSuffix(issuer, "/") + "/"} {
		if c, ok := w.clusters[name]; ok && c.IssuerServed(w.clock()) {
			return c.Keys, true
		}
	}
	if t, ok := w.tenants[tenantOf(issuer)]; ok {
		return t.Keys, true
	}
	return nil, false
}

// tenantOf reads the tenant id out of an Entra issuer: https://sts.windows.net/TENANT/ (version 1) or
// https://login.microsoftonline.com/TENANT/v2.0 (version 2).
func tenantOf(issuer string) string {
	if id, ok := strings.CutPrefix(issuer, "https://sts.windows.net/"); ok {
		return strings.TrimSuffix(id, "/")
	}
	id, _ := strings.CutPrefix(issuer, "https://login.microsoftonline.com/")
	id, v2 := strings.CutSuffix(id, "/v2.0")
	if !v2 {
		return ""
	}
	return id
}
