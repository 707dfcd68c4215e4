package config

import (
	"fmt"
	"strings"
	"time"
)

// What Google's IAM Service Account Credentials API allows, and what is worth asking for: doors hand out no lease with
// under five minutes of life and refresh at 80 %, so a shorter one would be renewed all the time.
const (
	shortestLife  = 10 * time.Minute
	plainLife     = time.Hour
	longestLife   = 12 * time.Hour
	constraint    = "constraints/iam.allowServiceAccountCredentialLifetimeExtension"
	impersonation = "needs service_account: it only matters with impersonation"
)

func (l *loader) checkGoogle(g *ToGoogle) {
	l.checkGoogleSource(&g.Source)
	l.checkProvider(g)
	l.checkImpersonation(g)
	for i, scope := range g.Scopes {
		switch {
		case strings.HasSuffix(scope, "/.default"):
			l.mistake(item("to_google.scopes", i), quote(scope)+" is a scope of Entra, not of Google", "write https://www.googleapis.com/auth/cloud-platform")
		case !googleScope(scope):
			l.mistake(item("to_google.scopes", i), quote(scope)+" is not a scope", "write https://www.googleapis.com/auth/NAME, one scope per item")
		}
	}
	if len(g.Scopes) == 0 {
		l.mistake("to_google.scopes", "is empty: Google refuses a request without scopes", "remove the line for the default, https://www.googleapis.com/auth/cloud-platform")
	}
	l.matches("to_google.project", g.Project, projectID, "a project id", "gcloud projects list shows PROJECT_ID")
	l.matches("to_google.quota_project", g.QuotaProject, projectID, "a project id", "gcloud projects list shows PROJECT_ID")
	l.matches("to_google.project_number", g.ProjectNumber, digits, "a project number", "gcloud projects describe PROJECT_ID --format='value(projectNumber)'")
	l.checkRegion("to_google.location", g.Location)
	l.checkRegion("to_google.sts_location", g.STSLocation)
	l.matches("to_google.universe_domain", g.UniverseDomain, host, "a domain", "write a domain such as googleapis.com, without https://")
	l.addressAt("to_google.endpoints.sts", g.Endpoints.STS, false)
	l.addressAt("to_google.endpoints.iam_credentials", g.Endpoints.IAMCredentials, false)
	l.addressAt("to_google.endpoints.aiplatform", g.Endpoints.AIPlatform, false)
	l.addressAt("to_google.endpoints.model_armor", g.Endpoints.ModelArmor, false)
	l.addressAt("to_google.endpoints.dlp", g.Endpoints.DLP, false)
	l.oneOf("says where the Security Token Service is, and so does another key", "keep one of sts_location and endpoints.sts",
		rival{"to_google.endpoints.sts", &g.Endpoints.STS}, rival{"to_google.sts_location", &g.STSLocation})
}

// checkProvider drops the host from the name, and tells apart what people write in its place.
func (l *loader) checkProvider(g *ToGoogle) {
	const path = "to_google.provider"
	if !l.required(path, g.Provider, "write "+providerForm) || l.spoiled[path] {
		return
	}
	g.Provider = plainProvider(g.Provider)
	if _, ok := parseProvider(g.Provider); ok {
		return
	}
	part := strings.Split(g.Provider, "/")
	pool := len(part) >= 6 && part[0] == "projects" && part[4] == "workloadIdentityPools"
	switch {
	case strings.Contains(g.Provider, "workforcePools"):
		l.mistake(path, "is a workforce pool, which is for people", "name a provider of a workload identity pool: "+providerForm)
	case pool && !digits(part[1]):
		l.mistake(path, "names the project by its id "+quote(part[1])+"; Google wants the number here",
			"gcloud projects describe "+shellWord(part[1])+" --format='value(projectNumber)'")
	case pool && (len(part) == 6 || len(part) == 7):
		l.mistake(path, "names a pool, not a provider",
			"append /providers/PROVIDER; gcloud iam workload-identity-pools providers list --location=global --workload-identity-pool="+shellWord(part[5])+" --project="+part[1])
	case pool && part[3] != "global":
		l.mistake(path, "is in location "+quote(part[3])+"; workload identity pools are in global", "write "+providerForm)
	case len(part) == 8 && pool && part[6] == "providers":
		l.mistake(path, "has a pool or provider id that Google does not allow", "ids have 4 to 32 of a-z, 0-9 and -")
	default:
		l.mistake(path, quote(g.Provider)+" is not a provider's name", "write "+providerForm)
	}
}

func (l *loader) checkImpersonation(g *ToGoogle) {
	if g.ServiceAccount == "" {
		for _, key := range []string{"delegates", "lifetime", "allow_long_lifetime"} {
			if path := "to_google." + key; l.written(path) && (key != "delegates" || len(g.Delegates) > 0) {
				l.mistake(path, impersonation, "add service_account, or remove "+key)
			}
		}
		return
	}
	const email = "NAME@PROJECT_ID.iam.gserviceaccount.com"
	l.matches("to_google.service_account", g.ServiceAccount, serviceAccount, "a service account's e-mail", "write "+email)
	for i, d := range g.Delegates {
		l.matches(item("to_google.delegates", i), d, serviceAccount, "a service account's e-mail", "write "+email)
	}
	const path = "to_google.lifetime"
	life := plainDuration(g.Lifetime)
	switch {
	case g.Lifetime < shortestLife:
		l.mistake(path, life+" is too short", "write 10m or more: a token is never handed out with under 5 minutes of life")
	case g.Lifetime > longestLife:
		l.mistake(path, life+" is longer than Google allows", "write 12h or less")
	case g.Lifetime > plainLife && !g.AllowLongLifetime:
		l.mistake(path, life+" is longer than the 1h that Google allows without the organisation policy "+constraint,
			"write 1h; or list the account in "+constraint+" and set allow_long_lifetime: true")
	case g.Lifetime%time.Second != 0:
		l.mistake(path, life+" is not whole seconds", "write whole seconds, such as 1h")
	}
}

func (l *loader) checkRegion(path, value string) {
	if value == "" {
		return
	}
	ok, zone := region(value)
	switch {
	case zone:
		l.mistake(path, quote(value)+" is a zone", "write its region, "+value[:strings.LastIndex(value, "-")])
	case !ok:
		l.mistake(path, quote(value)+" is not a region", "write a region such as europe-west4")
	case path == "to_google.sts_location" && value == "global":
		l.mistake(path, "global is the default", "remove the line")
	}
}

// googleScope says whether s is shaped like a scope; OpenID Connect's own three have no address.
func googleScope(s string) bool {
	if s == "openid" || s == "email" || s == "profile" {
		return true
	}
	wrong, _ := address(s, false)
	return wrong == "" && strings.HasPrefix(s, "https://")
}

func item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// shellWord is a name for a command that may be pasted: what a shell would read otherwise becomes a word to fill in.
func shellWord(s string) string {
	if s == "" || !only(s, hostLetters+":_") {
		return "NAME"
	}
	return s
}
