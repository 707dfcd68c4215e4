package metadata

import (
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Identity is what the door says about the machine, its project and its account. Values that are empty are not served:
// their paths answer 404, as on a machine that lacks them.
type Identity struct {
	ProjectID        string
	NumericProjectID string
	Universe         string // googleapis.com when empty
	Zone             string // "us-central1-a"
	InstanceID       string // decimal
	InstanceName     string
	Hostname         string
	MachineType      string
	ClusterName      string // also as the attribute "cluster-name"
	ClusterLocation  string // also as the attribute "cluster-location"
	// Attributes of the instance and of the project, beside the cluster's.
	Attributes        map[string]string
	ProjectAttributes map[string]string

	// ServiceAccount is the e-mail of the account that tokens are for; empty in direct mode.
	ServiceAccount string
	// Principal stands in for the e-mail in direct mode. When it is empty too, the door learns it from the first lease.
	Principal bridge.Principal
	// Scopes that tokens have when a caller names none; cloud-platform when empty.
	Scopes []string
}

// CloudPlatform is the scope that lets IAM alone decide.
const CloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// direct says that tokens are for the federated principal itself: no service account is impersonated.
func (id *Identity) direct() bool { return id.ServiceAccount == "" }

// email is what the account is called under service-accounts/; empty while a direct principal is not known yet.
func (id *Identity) email() string {
	if id.direct() {
		return string(id.Principal)
	}
	return id.ServiceAccount
}

// tree lays the identity out as the real server does. Only what does not change between two requests is in it: tokens are
// not, and they are left out of recursive answers there too.
func (id *Identity) tree() *node {
	attributes := map[string]string{}
	for key, value := range id.Attributes {
		attributes[key] = value
	}
	putIf(attributes, "cluster-name", id.ClusterName)
	putIf(attributes, "cluster-location", id.ClusterLocation)

	instance := directory("instance")
	instance.add(names("attributes", attributes))
	instance.addText("hostname", id.Hostname)
	instance.addNumber("id", id.InstanceID)
	if id.MachineType != "" {
		instance.addText("machine-type", "projects/"+id.NumericProjectID+"/machineTypes/"+id.MachineType)
	}
	instance.addText("maintenance-event", "NONE")
	instance.addText("name", id.InstanceName)
	instance.addText("preempted", "FALSE")
	instance.add(id.accounts())
	if id.Zone != "" {
		instance.addText("zone", "projects/"+id.NumericProjectID+"/zones/"+id.Zone)
	}

	project := directory("project")
	project.add(names("attributes", id.ProjectAttributes))
	project.addNumber("numeric-project-id", id.NumericProjectID)
	project.addText("project-id", id.ProjectID)

	universe := directory("universe")
	domain := id.Universe
	if domain == "" {
		domain = "googleapis.com"
	}
	universe.addText("universe-domain", domain)
	universe.addHidden("universe_domain", domain) // asked for by gcloud and by older Python and Go libraries

	root := directory("")
	for _, n := range []*node{instance, project, universe} {
		root.add(n)
	}
	return root
}

func (id *Identity) accounts() *node {
	accounts := directory("service-accounts")
	accounts.verbatim = true
	email := id.email()
	for _, name := range []string{email, "default"} {
		if name == "" {
			continue
		}
		account := directory(name)
		account.addList("aliases", []string{"default"})
		account.addText("email", email)
		account.addMinted("identity")
		account.addList("scopes", id.Scopes)
		account.addMinted("token")
		accounts.add(account)
	}
	return accounts
}

func putIf(m map[string]string, key, value string) {
	if value != "" {
		m[key] = value
	}
}

// camel turns a path's name into the name that recursive JSON answers use: "project-id" is "projectId" there.
func camel(name string) string {
	var b strings.Builder
	for i, part := range strings.Split(name, "-") {
		if i > 0 && part != "" {
			part = strings.ToUpper(part[:1]) + part[1:]
		}
		b.WriteString(part)
	}
	return b.String()
}
