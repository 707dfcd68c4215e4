package setup

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

const (
	// googleIssuer signs the ID tokens of Google service accounts.
	googleIssuer = "https://accounts.google.com"
	// entraProvider is the id of a pool's provider that trusts Entra.
	entraProvider = "entra"
	// subjectStart begins the subject of every Kubernetes service account.
	subjectStart = "system:serviceaccount:"

	workloadUser = "roles/iam.workloadIdentityUser"
)

// address names a thing in a plan: its kind, then what tells it apart.
func address(kind estate.Kind, parts ...string) string {
	return string(kind) + "/" + strings.Join(parts, "/")
}

// kubernetesSubject is what a cluster writes into the tokens of a service account.
func kubernetesSubject(k *Kubernetes) string {
	return subjectStart + k.Namespace + ":" + k.ServiceAccount
}

// mappedSubject is google.subject of that account in the cluster's pool.
func mappedSubject(c *Cluster, k *Kubernetes) string {
	if c.SubjectPrefix == "" {
		return kubernetesSubject(k)
	}
	return c.SubjectPrefix + ":" + k.Namespace + ":" + k.ServiceAccount
}

func providerName(number, pool, provider string) string {
	return (&estate.Provider{Project: number, Pool: pool, ID: provider}).Name()
}

// principals is what every member that is one identity of a pool begins with; the subject follows.
func principals(number, pool string) string {
	return (&estate.Pool{Project: number, ID: pool}).Principals()
}

// accountOf takes a service account's id or e-mail apart. An id belongs to the set-up's own project; an e-mail may be of any.
// The project is empty for an account that Google made (…@developer.gserviceaccount.com).
func accountOf(name, project string) (id, inProject, email string) {
	id, _, isEmail := strings.Cut(name, "@")
	if !isEmail {
		return name, project, name + "@" + estate.AccountDomain(project)
	}
	return id, estate.AccountProject(name), name
}

// foreign says whether the account is named by its e-mail: then it is not ours to make.
func foreign(name string) bool { return strings.Contains(name, "@") }

// digest is short, stable and of the letters that every id takes.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:4])
}

// slug keeps the letters, digits and - of a text, at most n of them.
func slug(text string, n int) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		}
		return '-'
	}, text)
	if len(out) > n {
		out = out[:n]
	}
	return strings.Trim(out, "-")
}

// credentialKey is the part of a federated credential's name that follows the mark: readable, and apart from every other.
func credentialKey(parts ...string) string {
	return slug(strings.Join(parts, "-"), 40) + "-" + digest(parts...)
}

// roleID is the id of a workload's custom role, at most 64 of [a-zA-Z0-9_.].
func roleID(setup, workload string) string {
	id := "landbridge_" + strings.ReplaceAll(setup, "-", "_") + "." + strings.ReplaceAll(workload, "-", "_")
	if len(id) > 64 {
		id = id[:55] + "_" + digest(setup, workload)
	}
	return id
}

// splitRole reads "ROLE on SCOPE".
func splitRole(s string) (role, scope string, ok bool) {
	role, scope, ok = strings.Cut(s, " on ")
	role, scope = strings.TrimSpace(role), strings.TrimSpace(scope)
	return role, scope, ok && role != "" && scope != ""
}

// vertexRole says whether a role is about Vertex AI, or may be: what a custom role holds is not known here.
func vertexRole(role string) bool {
	return strings.HasPrefix(role, "roles/aiplatform.") || !strings.HasPrefix(role, "roles/")
}

// truncate shortens a text for a limit of the far side.
func truncate(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
