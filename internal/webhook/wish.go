package webhook

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// wish is what an account's annotations ask for, checked, with the defaults filled in.
type wish struct {
	provider       string // projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER
	serviceAccount string // empty: direct access
	project        string
	location       string
	mode           string
	entra          *entra // nil: the provider trusts the cluster
	seconds        int
	warnings       []string
}

// entra is who the account is at Entra, for the route that goes there first.
type entra struct{ client, tenant string }

// audience is that of the pod's token.
func (w *wish) audience() string {
	if w.entra != nil {
		return estate.EntraTokenAudience
	}
	return estate.TokenAudience(w.provider)
}

var accountAnnotations = []string{
	estate.AnnotationProvider, estate.AnnotationServiceAccount, estate.AnnotationProject,
	estate.AnnotationLocation, estate.AnnotationRoute, estate.AnnotationMode, estate.AnnotationTokenSeconds,
}

// readWish reads the annotations of an account. Nil without a refusal is an account that asks for nothing.
func readWish(who account, annotations map[string]string) (*wish, *refusal) {
	if annotations[estate.AnnotationProvider] == "" {
		return nil, withoutProvider(who, annotations)
	}
	w := &wish{
		project: annotations[estate.AnnotationProject], location: annotations[estate.AnnotationLocation],
		serviceAccount: annotations[estate.AnnotationServiceAccount], mode: estate.ModeOf(annotations), seconds: estate.DefaultTokenSeconds,
	}
	var no *refusal
	if w.provider, no = readProvider(who, annotations[estate.AnnotationProvider]); no != nil {
		return nil, no
	}
	if w.serviceAccount != "" && !isServiceAccount(w.serviceAccount) {
		return nil, who.refuse(estate.AnnotationServiceAccount, "NAME@PROJECT_ID.iam.gserviceaccount.com",
			quote(w.serviceAccount)+" is not the e-mail of a google service account")
	}
	if w.project != "" && !isProject(w.project) {
		why := quote(w.project) + " is not a project id"
		if digits(w.project) {
			why = quote(w.project) + " is a project number, and programs want the id here"
		}
		return nil, who.refuse(estate.AnnotationProject, "PROJECT_ID", why)
	}
	if w.location != "" && !only(w.location, idLetters) {
		return nil, who.refuse(estate.AnnotationLocation, "europe-west4", quote(w.location)+" is not a region")
	}
	if w.mode != estate.ModeCredentials && w.mode != estate.ModeMetadata {
		return nil, who.refuse(estate.AnnotationMode, estate.ModeOf(map[string]string{estate.AnnotationRoute: annotations[estate.AnnotationRoute]}),
			quote(w.mode)+" is neither "+estate.ModeCredentials+" nor "+estate.ModeMetadata)
	}
	if w.entra, no = readEntra(who, annotations); no != nil {
		return nil, no
	}
	if text := annotations[estate.AnnotationTokenSeconds]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < estate.MinTokenSeconds || n > estate.MaxTokenSeconds {
			return nil, who.refuse(estate.AnnotationTokenSeconds, strconv.Itoa(estate.DefaultTokenSeconds),
				quote(text)+" is not a number of seconds from "+strconv.Itoa(estate.MinTokenSeconds)+" to "+strconv.Itoa(estate.MaxTokenSeconds))
		}
		w.seconds = n
	}
	for _, name := range unknown(annotations) {
		w.warnings = append(w.warnings, "landbridge: ServiceAccount "+who.String()+" has the annotation "+clip(name)+", which nothing reads")
	}
	return w, nil
}

// withoutProvider refuses an account that has annotations of ours, but not the one that switches the bridge on: its pods
// would start without.
func withoutProvider(who account, annotations map[string]string) *refusal {
	found := ""
	for _, name := range accountAnnotations[1:] {
		if _, ok := annotations[name]; ok {
			found = name
			break
		}
	}
	if names := unknown(annotations); found == "" && len(names) > 0 {
		found = clip(names[0])
	}
	if found == "" {
		return nil
	}
	return who.refuse(estate.AnnotationProvider, providerForm, "it is missing, though "+found+" is there")
}

// unknown lists annotations with our prefix that mean nothing on an account.
func unknown(annotations map[string]string) []string {
	var out []string
	for name := range maps.Keys(annotations) {
		if strings.HasPrefix(name, estate.KeyPrefix) && !slices.Contains(accountAnnotations, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
