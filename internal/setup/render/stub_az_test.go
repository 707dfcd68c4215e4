package render_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// issuerOf is the issuer that the stub's AKS cluster has.
func issuerOf(cluster string) string {
	return "https://westeurope.oic.prod-aks.azure.com/tenant/" + cluster + "/"
}

func identityOutput(field, name string) string { return field + "-of-" + name }

// az knows the reference of azure-cli 2 for the commands that scripts use.
func az(w *world, argv []string) error {
	at, out := []string{"--subscription", "--resource-group", "--name"}, []string{"--query", "-o"}
	for _, c := range []struct {
		words            string
		valued, switches []string
		run              func(*world, *arguments) error
	}{
		{"aks show", append(at, out...), nil, showCluster},
		{"aks update", append(at, "-o"), []string{"--enable-oidc-issuer", "--enable-workload-identity"}, updateCluster},
		{"identity show", append(at, out...), nil, showIdentity},
		{"identity create", append(at, "--location", "--tags", "-o"), nil, createIdentity},
		{"identity federated-credential show", append(at, "--identity-name", "--query", "-o"), nil, showCredential},
		{"identity federated-credential create", append(at, "--identity-name", "--issuer", "--subject", "--audiences", "-o"), nil, createCredential},
		{"role assignment list", []string{"--role", "--scope", "--query", "-o"}, nil, listAssignments},
		{
			"role assignment create",
			[]string{"--role", "--scope", "--assignee-object-id", "--assignee-principal-type", "--description", "-o"},
			nil, createAssignment,
		},
	} {
		words := strings.Fields(c.words)
		if len(argv) < len(words) || !slices.Equal(argv[:len(words)], words) {
			continue
		}
		a, err := parse(argv[len(words):], c.valued, c.switches)
		if err != nil {
			return err
		}
		if len(a.rest) != 0 {
			return fmt.Errorf("unrecognized arguments: %q", a.rest)
		}
		return c.run(w, a)
	}
	return fmt.Errorf("unknown command %q", argv)
}

func azureKey(kind string, a *arguments) string {
	parts := []string{kind, a.get("--subscription"), a.get("--resource-group")}
	if a.has("--identity-name") {
		parts = append(parts, a.get("--identity-name"))
	}
	return strings.Join(append(parts, a.get("--name")), "/")
}

func showCluster(w *world, a *arguments) error {
	t := w.Things[azureKey("cluster", a)]
	if t == nil {
		t = newThing() // the clusters are there, with everything off
	}
	switch a.get("--query") {
	case "oidcIssuerProfile.enabled", "securityProfile.workloadIdentity.enabled":
		fmt.Println(t.Text[a.get("--query")])
	case "oidcIssuerProfile.issuerUrl":
		if t.Text["oidcIssuerProfile.enabled"] == "true" {
			fmt.Println(issuerOf(a.get("--name")))
		}
	default:
		return fmt.Errorf("query %q", a.get("--query"))
	}
	return nil
}

func updateCluster(w *world, a *arguments) error {
	key := azureKey("cluster", a)
	if w.Things[key] == nil {
		w.Things[key] = newThing()
	}
	if a.has("--enable-oidc-issuer") {
		w.Things[key].Text["oidcIssuerProfile.enabled"] = "true"
	}
	if a.has("--enable-workload-identity") {
		w.Things[key].Text["securityProfile.workloadIdentity.enabled"] = "true"
	}
	return w.save("update " + key)
}

func showIdentity(w *world, a *arguments) error {
	t := w.Things[azureKey("identity", a)]
	if t == nil {
		return errors.New("ResourceNotFound")
	}
	switch q := a.get("--query"); q {
	case "location":
		fmt.Println(t.Text["location"])
	case "clientId", "principalId", "id", "tenantId":
		fmt.Println(identityOutput(q, a.get("--name")))
	default:
		return fmt.Errorf("query %q", q)
	}
	return nil
}

func createIdentity(w *world, a *arguments) error {
	key := azureKey("identity", a)
	if w.Things[key] != nil {
		return errors.New("a PUT would drop the tags of others")
	}
	t := newThing()
	t.Text["location"], t.Text["tags"] = a.get("--location"), a.get("--tags")
	w.Things[key] = t
	return w.save("create " + key)
}

func showCredential(w *world, a *arguments) error {
	t := w.Things[azureKey("credential", a)]
	if t == nil {
		return errors.New("ResourceNotFound")
	}
	if a.get("--query") != "join('|', [issuer, subject, audiences[0]])" {
		return fmt.Errorf("query %q", a.get("--query"))
	}
	fmt.Println(t.Text["issuer"] + "|" + t.Text["subject"] + "|" + t.Text["audience"])
	return nil
}

// createCredential is a PUT: it changes one that is there.
func createCredential(w *world, a *arguments) error {
	if w.refuse("federated-credential create") {
		return errors.New("(Conflict) concurrent write")
	}
	key := azureKey("credential", a)
	if strings.Contains(a.get("--name"), "'") || a.get("--identity-name") == "" {
		return errors.New("invalid name")
	}
	t := newThing()
	t.Text["issuer"], t.Text["subject"], t.Text["audience"] = a.get("--issuer"), a.get("--subject"), a.get("--audiences")
	w.Things[key] = t
	return w.save("put " + key)
}

func assignmentKey(role, scope, principal string) string {
	return "assignment\n" + role + "\n" + scope + "\n" + principal
}

func listAssignments(w *world, a *arguments) error {
	principal, ok := strings.CutPrefix(a.get("--query"), "[?principalId=='")
	principal, end := strings.CutSuffix(principal, "'].id")
	if !ok || !end {
		return fmt.Errorf("query %q", a.get("--query"))
	}
	if w.Things[assignmentKey(a.get("--role"), a.get("--scope"), principal)] != nil {
		fmt.Println("/assignments/1")
	}
	return nil
}

func createAssignment(w *world, a *arguments) error {
	key := assignmentKey(a.get("--role"), a.get("--scope"), a.get("--assignee-object-id"))
	if w.Things[key] != nil {
		return errors.New("RoleAssignmentExists")
	}
	t := newThing()
	t.Text["description"], t.Text["type"] = a.get("--description"), a.get("--assignee-principal-type")
	w.Things[key] = t
	return w.save("create " + key)
}
