package webhook

import (
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

const (
	providerForm = "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER"
	idLetters    = "abcdefghijklmnopqrstuvwxyz0123456789-"
)

// readProvider takes a provider's name, with or without Google's host before it, and tells apart what people write in its
// place.
func readProvider(who account, given string) (string, *refusal) {
	name := strings.TrimPrefix(strings.TrimPrefix(given, "https:"), "//iam.googleapis.com/")
	part := strings.Split(name, "/")
	no := func(mend, why string) (string, *refusal) { return "", who.refuse(estate.AnnotationProvider, mend, why) }
	if strings.Contains(name, "/workforcePools/") {
		return no(providerForm, "a workforce pool is for people; "+quote(given)+" cannot be used by a workload")
	}
	if len(part) < 6 || part[0] != "projects" || part[1] == "" || part[2] != "locations" || part[4] != "workloadIdentityPools" {
		return no(providerForm, quote(given)+" is not the name of a workload identity pool provider")
	}
	for _, i := range []int{1, 3, 5} {
		if !only(part[i], idLetters+".:") {
			return no(providerForm, quote(given)+" is not the name of a workload identity pool provider")
		}
	}
	if !digits(part[1]) {
		part[1] = "NUMBER"
		return no(strings.Join(part, "/"), quote(given)+" names the project by its id, and google wants its number here (gcloud projects describe "+strings.Split(name, "/")[1]+" --format='value(projectNumber)')")
	}
	if part[3] != "global" {
		return no(providerForm, quote(given)+" is in location "+part[3]+", and workload identity pools are in global")
	}
	if len(part) == 6 {
		return no(name+"/providers/PROVIDER", quote(given)+" is a pool, and its provider is wanted (gcloud iam workload-identity-pools providers list --location=global --project="+part[1]+" --workload-identity-pool="+part[5]+")")
	}
	if len(part) != 8 || part[6] != "providers" {
		return no(providerForm, quote(given)+" is not the name of a workload identity pool provider")
	}
	for _, i := range []int{5, 7} {
		if len(part[i]) < 4 || len(part[i]) > 32 || !only(part[i], idLetters) {
			return no(providerForm, "the id "+quote(part[i])+" is not one that google allows: 4 to 32 of a-z, 0-9 and -")
		}
	}
	return name, nil
}

// isServiceAccount says whether s is a service account's e-mail; the default accounts of Compute Engine
// (NUMBER-compute@developer.gserviceaccount.com) are too.
func isServiceAccount(s string) bool {
	name, domain, ok := strings.Cut(s, "@")
	return ok && name != "" && len(s) <= 254 && strings.HasSuffix(domain, ".gserviceaccount.com") && only(name, idLetters+".") && only(domain, idLetters+".")
}

// isProject says whether s is a project id, domain-scoped ones (example.com:name) included.
func isProject(s string) bool {
	if domain, id, scoped := strings.Cut(s, ":"); scoped {
		if domain == "" || !only(domain, idLetters+".") {
			return false
		}
		s = id
	}
	return len(s) >= 4 && len(s) <= 30 && s[0] >= 'a' && s[0] <= 'z' && only(s, idLetters)
}

func digits(s string) bool { return s != "" && only(s, "0123456789") }

// only says whether s consists of these letters.
func only(s, letters string) bool {
	for i := range len(s) {
		if strings.IndexByte(letters, s[i]) < 0 {
			return false
		}
	}
	return true
}
