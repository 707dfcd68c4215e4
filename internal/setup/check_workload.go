package setup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

func (c *checker) workload(i int) {
	w := &c.spec.Workloads[i]
	at := fmt.Sprintf("workloads[%d].", i)
	if !matches(workloadNames, w.Name) {
		c.mistake(at+"name", quoted(w.Name)+" is no name for a workload", "write 1 to 63 of a-z, 0-9 and -")
	}
	for j := range i {
		if c.spec.Workloads[j].Name == w.Name {
			c.mistake(at+"name", fmt.Sprintf("%q is workloads[%d] too", w.Name, j), "give each workload a name of its own")
			break
		}
	}
	c.home(at, w)
	if w.Kubernetes != nil {
		c.kubernetes(at, w)
	}
	if w.ManagedIdentity != "" {
		c.identityName(at+"managed_identity", w.ManagedIdentity)
	}
	if w.GoogleAccount != "" {
		c.accountName(at+"google_account", w.GoogleAccount)
	}
	if w.ToGoogle != nil {
		c.toGoogle(at+"to_google.", w)
	}
	if w.ToAzure != nil {
		c.toAzure(at+"to_azure.", w.ToAzure)
	}
}

// home: each workload has one home, one route and one far shore.
func (c *checker) home(at string, w *Workload) {
	here := strings.TrimSuffix(at, ".")
	kubernetes, google := w.Kubernetes != nil, w.GoogleAccount != ""
	switch {
	case !kubernetes && !google && w.ManagedIdentity == "":
		c.mistake(here, "has no home: nothing proves who it is", "write kubernetes, managed_identity or google_account")
	case google && (kubernetes || w.ManagedIdentity != ""):
		c.mistake(at+"google_account", "is a second home: a workload runs on one shore", "make two workloads of it")
	}
	switch {
	case google && w.ToGoogle != nil:
		c.mistake(at+"to_google", "is where this workload is at home already", "give the roles to "+w.GoogleAccount+" itself, and write to_azure")
	case google && w.ToAzure == nil:
		c.mistake(here, "has no far shore: it is at home on Google and there is no to_azure", "write to_azure")
	case !google && w.ToAzure != nil:
		c.mistake(at+"to_azure", "is where this workload is at home already", "give the roles to its managed identity itself, and write to_google")
	case !google && w.ToGoogle == nil && (kubernetes || w.ManagedIdentity != ""):
		c.mistake(here, "has no far shore: there is no to_google", "write to_google")
	}
	switch w.Route {
	case Direct, "":
		if kubernetes && w.ManagedIdentity != "" {
			c.mistake(at+"managed_identity", "plays no part in the route direct, where Google trusts the cluster; a token that Entra takes too would open both clouds",
				"take it out, or write route: entra")
		}
	case Entra:
		if !kubernetes {
			c.mistake(at+"route", "is for kubernetes: a managed identity goes through Entra anyway", "take it out")
		} else if w.ManagedIdentity == "" {
			c.mistake(at+"managed_identity", "is missing: on the route entra the account becomes a managed identity first", "write the name of a user-assigned identity; it is made if it is not there")
		}
	default:
		c.mistake(at+"route", quoted(string(w.Route))+" is no route", "write direct or entra")
	}
}

func (c *checker) kubernetes(at string, w *Workload) {
	k := w.Kubernetes
	at += "kubernetes."
	if !matches(namespaceNames, k.Namespace) {
		c.mistake(at+"namespace", quoted(k.Namespace)+" is no namespace: 1 to 63 of a-z, 0-9 and -", "kubectl get namespaces; patterns are not possible, each account is named")
	}
	if !matches(kubernetesNames, k.ServiceAccount) {
		c.mistake(at+"service_account", quoted(k.ServiceAccount)+" is no service account: 1 to 253 of a-z, 0-9, - and .", "kubectl get serviceaccounts; patterns are not possible, each account is named")
	}
	if k.ServiceAccount == "default" {
		c.warn(at+"service_account", `"default" is what every pod of the namespace runs as that names no other: all of them would cross`, "make an account of its own for the workload")
	}
	if k.TokenSeconds < estate.MinTokenSeconds || k.TokenSeconds > estate.MaxTokenSeconds {
		c.mistake(at+"token_seconds", fmt.Sprintf("%d is not from %d to %d", k.TokenSeconds, estate.MinTokenSeconds, estate.MaxTokenSeconds), "write 7200")
	} else if k.TokenSeconds < estate.DefaultTokenSeconds {
		c.warn(at+"token_seconds", fmt.Sprintf("a token of %d s is renewed when a fifth of its life is left, so Google's token may last %d minutes only", k.TokenSeconds, k.TokenSeconds/5/60), "write 7200")
	}
	switch k.Mode {
	case estate.ModeMetadata:
	case estate.ModeCredentials:
		if w.Route == Entra {
			c.mistake(at+"mode", "credentials is not possible on the route entra: an SDK's credential file cannot ask Entra for the token", "write mode: metadata")
		}
	default:
		c.mistake(at+"mode", quoted(k.Mode)+" is no mode", "write credentials or metadata")
	}
	if len(k.Clusters) == 0 {
		c.mistake(at+"clusters", "is empty", "name at least one of setup.clusters")
	}
	for j, name := range k.Clusters {
		i := slices.IndexFunc(c.spec.Clusters, func(k Cluster) bool { return k.Name == name })
		if i < 0 {
			c.mistake(fmt.Sprintf("%sclusters[%d]", at, j), fmt.Sprintf("%q is not in setup.clusters", name), "add it there, or name one of "+c.clusterList())
			continue
		}
		if w.Route != Entra {
			c.subject(at, &c.spec.Clusters[i], k)
		}
	}
}

func (c *checker) clusterList() string {
	names := make([]string, len(c.spec.Clusters))
	for i := range c.spec.Clusters {
		names[i] = strings.Trim(quoted(c.spec.Clusters[i].Name), `"`)
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// maxSubject is the most that google.subject may have, in bytes.
const maxSubject = 127

// subject: a longer google.subject makes every exchange fail. Kubernetes allows 63 + 253 characters for the two names, and
// "system:serviceaccount:" takes 22 bytes, which a subject_prefix replaces.
func (c *checker) subject(at string, k *Cluster, account *Kubernetes) {
	subject := mappedSubject(k, account)
	if len(subject) <= maxSubject {
		return
	}
	fix := "shorten the names"
	if room := maxSubject - len(account.Namespace) - len(account.ServiceAccount) - 2; room >= 1 {
		fix = fmt.Sprintf("write a subject_prefix of at most %d characters for the cluster %s: it takes the place of %q", room, k.Name, subjectStart)
	}
	c.mistake(at+"service_account", fmt.Sprintf("google.subject would be %d bytes in %s (%s…), 127 are allowed: every exchange would be refused", len(subject), k.Name, subject[:40]), fix)
}

func (c *checker) identityName(path, name string) {
	if !matches(identityNames, name) {
		c.mistake(path, quoted(name)+" is no name of a user-assigned identity: 3 to 128 letters, digits, - and _, beginning with a letter or digit", "az identity list --query '[].name' -o tsv")
	}
}

// accountName is a service account's id or e-mail.
func (c *checker) accountName(path, name string) {
	if !foreign(name) {
		if !matches(accountIDs, name) {
			c.mistake(path, quoted(name)+" is no id of a service account: 6 to 30 of a-z, 0-9 and -, beginning with a letter and not ending with -", "choose another id; or write the e-mail of an account that is there")
		}
		return
	}
	if !matches(accountEmails, name) {
		c.mistake(path, quoted(name)+" is not the e-mail of a service account", "NAME@PROJECT.iam.gserviceaccount.com; gcloud iam service-accounts list shows it")
		return
	}
	if !strings.HasSuffix(name, ".iam.gserviceaccount.com") {
		c.mistake(path, name+" is an account that Google made and many programs share", "use a service account of this workload's own")
		return
	}
	if id, project, _ := accountOf(name, ""); project == c.spec.Google.Project && project != "" {
		c.warn(path, name+" is of this project: named by its e-mail, it must be there already", "write "+id+" to have it made")
	}
}
