package render_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

var errAbsent = errors.New("NOT_FOUND: it does not exist")

// number is the number that the stub's project has.
func number(project string) string {
	n := 0
	for _, c := range project {
		n = (n*31 + int(c)) % 899_999_999
	}
	return fmt.Sprint(100_000_000 + n)
}

// list is gcloud's list syntax (gcloud topic escaping).
func list(value string) []string {
	between := ","
	if rest, ok := strings.CutPrefix(value, "^"); ok && strings.Contains(rest, "^") {
		between, value, _ = strings.Cut(rest, "^")
	}
	if value == "" {
		return []string{}
	}
	return strings.Split(value, between)
}

func dict(value string) map[string]string {
	out := map[string]string{}
	for _, pair := range list(value) {
		k, v, _ := strings.Cut(pair, "=")
		out[k] = v
	}
	return out
}

// gcloud knows what `gcloud COMMAND --help` of release 528 says of the commands that scripts use.
func gcloud(w *world, argv []string) error {
	if os.Getenv("CLOUDSDK_CORE_DISABLE_PROMPTS") != "1" {
		return errors.New("would ask")
	}
	pool, provider := []string{"--project", "--location"}, []string{"--project", "--location", "--workload-identity-pool"}
	describe := []string{"--format"}
	edit := []string{"--display-name", "--description"}
	oidc := append(edit, "--issuer-uri", "--attribute-mapping", "--attribute-condition", "--allowed-audiences", "--jwk-json-path")
	onOff := []string{"--disabled", "--no-disabled"}
	policy := []string{"--role", "--member", "--condition", "--format"}
	for _, c := range []struct {
		words            string
		valued, switches []string
		run              func(*world, *arguments) error
	}{
		{"projects describe", describe, nil, func(_ *world, a *arguments) error {
			return (&thing{Text: map[string]string{"projectNumber": number(a.rest[0])}}).print(a.get("--format"))
		}},
		{"projects get-iam-policy", append(describe, "--flatten"), nil, getPolicy("project")},
		{"projects add-iam-policy-binding", policy, nil, bind("project")},
		{"projects remove-iam-policy-binding", policy, nil, unbind("project")},
		{"services enable", []string{"--project"}, nil, enable},
		{"iam service-accounts describe", append(describe, "--project"), nil, gcloudDescribe("account")},
		{"iam service-accounts create", append(edit, "--project"), nil, createAccount},
		{"iam service-accounts update", append(edit, "--project"), nil, gcloudUpdate("account")},
		{"iam service-accounts enable", []string{"--project"}, nil, able("false")},
		{"iam service-accounts disable", []string{"--project"}, nil, able("true")},
		{"iam service-accounts get-iam-policy", append(describe, "--flatten"), nil, getPolicy("account")},
		{"iam service-accounts add-iam-policy-binding", policy, nil, bind("account")},
		{"iam service-accounts remove-iam-policy-binding", policy, nil, unbind("account")},
		{"iam roles describe", append(describe, "--project"), nil, gcloudDescribe("role")},
		{"iam roles create", []string{"--project", "--title", "--description", "--permissions", "--stage"}, nil, gcloudCreate("role")},
		{"iam roles update", []string{"--project", "--title", "--description", "--permissions", "--stage"}, nil, gcloudUpdate("role")},
		{"iam roles undelete", []string{"--project"}, nil, undelete("role")},
		{"iam workload-identity-pools describe", append(describe, pool...), nil, gcloudDescribe("pool")},
		{"iam workload-identity-pools create", append(pool, edit...), onOff, gcloudCreate("pool")},
		{"iam workload-identity-pools update", append(pool, edit...), onOff, gcloudUpdate("pool")},
		{"iam workload-identity-pools undelete", pool, nil, undelete("pool")},
		{"iam workload-identity-pools providers describe", append(describe, provider...), nil, gcloudDescribe("provider")},
		{"iam workload-identity-pools providers create-oidc", append(provider, oidc...), onOff, gcloudCreate("provider")},
		{"iam workload-identity-pools providers update-oidc", append(provider, oidc...), onOff, gcloudUpdate("provider")},
		{"iam workload-identity-pools providers undelete", provider, nil, undelete("provider")},
	} {
		words := strings.Fields(c.words)
		if len(argv) < len(words) || !slices.Equal(argv[:len(words)], words) {
			continue
		}
		a, err := parse(argv[len(words):], c.valued, c.switches)
		if err != nil {
			return err
		}
		if len(a.rest) != 1 {
			return fmt.Errorf("%s takes one name: %q", c.words, a.rest)
		}
		return c.run(w, a)
	}
	return fmt.Errorf("unknown command %q", argv)
}

// where is the key of what a command is about.
func where(kind string, a *arguments) string {
	switch kind {
	case "account":
		return "account/" + a.rest[0]
	case "provider":
		return "provider/" + a.get("--project") + "/" + a.get("--workload-identity-pool") + "/" + a.rest[0]
	}
	return kind + "/" + a.get("--project") + "/" + a.rest[0]
}

func gcloudDescribe(kind string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		t, ok := w.Things[where(kind, a)]
		if !ok && strings.HasPrefix(a.rest[0], "shared@") { // somebody else's
			t, ok = &thing{Text: map[string]string{"uniqueId": uniqueID(a.rest[0])}}, true
		}
		if !ok {
			return errAbsent
		}
		return t.print(a.get("--format"))
	}
}

func gcloudCreate(kind string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		at := where(kind, a)
		if w.Things[at] != nil {
			return errors.New("ALREADY_EXISTS")
		}
		if kind == "provider" && (!a.has("--issuer-uri") || !a.has("--attribute-mapping")) {
			return errors.New("argument --issuer-uri --attribute-mapping: Must be specified")
		}
		t := newThing()
		t.Text["state"], t.Text["description"] = "ACTIVE", a.get("--description")
		w.Things[at] = t
		return set(w, t, a, "create "+at)
	}
}

func gcloudUpdate(kind string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		at := where(kind, a)
		t, ok := w.Things[at]
		if !ok || t.Text["state"] == "DELETED" || t.Text["deleted"] == "true" {
			return errAbsent
		}
		if a.has("--description") {
			return errors.New("an update must leave the description alone: the mark is in it")
		}
		return set(w, t, a, "update "+at)
	}
}

func set(w *world, t *thing, a *arguments, change string) error {
	for flag, field := range map[string]string{
		"--display-name": "displayName", "--issuer-uri": "oidc.issuerUri", "--attribute-condition": "attributeCondition", "--title": "title",
	} {
		if a.has(flag) {
			t.Text[field] = a.get(flag)
		}
	}
	if a.has("--disabled") || a.has("--no-disabled") {
		t.Text["disabled"] = fmt.Sprint(a.has("--disabled"))
	}
	if a.has("--allowed-audiences") {
		t.List["oidc.allowedAudiences"] = list(a.get("--allowed-audiences"))
	}
	if a.has("--permissions") {
		t.List["includedPermissions"] = strings.Split(a.get("--permissions"), ",")
	}
	if a.has("--attribute-mapping") {
		t.Map["attributeMapping"] = dict(a.get("--attribute-mapping"))
	}
	if path := a.get("--jwk-json-path"); path != "" {
		keys, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		t.Text["oidc.jwksJson"] = string(keys)
	}
	return w.save(change)
}

func undelete(kind string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		at := where(kind, a)
		t, ok := w.Things[at]
		if !ok || t.Text["state"] != "DELETED" && t.Text["deleted"] != "true" {
			return errAbsent
		}
		t.Text["state"] = "ACTIVE"
		delete(t.Text, "deleted")
		return w.save("undelete " + at)
	}
}

func uniqueID(email string) string { return "1" + number(email) + "00000000000" }

func createAccount(w *world, a *arguments) error {
	email := a.rest[0] + "@" + a.get("--project") + ".iam.gserviceaccount.com"
	if w.Things["account/"+email] != nil {
		return errors.New("ALREADY_EXISTS")
	}
	t := newThing()
	t.Text["description"], t.Text["uniqueId"], t.Text["email"] = a.get("--description"), uniqueID(email), email
	w.Things["account/"+email] = t
	return set(w, t, a, "create account/"+email)
}

func able(disabled string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		t, ok := w.Things["account/"+a.rest[0]]
		if !ok {
			return errAbsent
		}
		t.Text["disabled"] = disabled
		return w.save("disabled=" + disabled + " account/" + a.rest[0])
	}
}

// enable asks first, as gcloud does.
func enable(w *world, a *arguments) error {
	at := "service/" + a.get("--project") + "/" + a.rest[0]
	if w.Things[at] != nil {
		return nil
	}
	w.Things[at] = newThing()
	return w.save("enable " + at)
}

func getPolicy(kind string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		if a.get("--flatten") != "bindings[].members" {
			return fmt.Errorf("flatten %q", a.get("--flatten"))
		}
		for _, b := range w.Policies[kind+"/"+a.rest[0]] {
			t := &thing{Text: map[string]string{"bindings.role": b.Role, "bindings.members": b.Member, "bindings.condition.title": b.Condition}}
			if err := t.print(a.get("--format")); err != nil {
				return err
			}
		}
		return nil
	}
}

// bound is the policy that a binding is changed in. For accounts gcloud wants the whole name, or a project.
func bound(kind string, a *arguments) (string, error) {
	if kind == "project" {
		return "project/" + a.rest[0], nil
	}
	email, ok := strings.CutPrefix(a.rest[0], "projects/-/serviceAccounts/")
	if !ok {
		return "", errors.New("set the property `core/project`")
	}
	return "account/" + email, nil
}

func bind(kind string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		at, err := bound(kind, a)
		if err != nil {
			return err
		}
		if w.refuse("add-iam-policy-binding") {
			return errors.New("INVALID_ARGUMENT: Service account does not exist.")
		}
		if a.get("--condition") != "None" {
			return errors.New("would ask for the condition")
		}
		b := binding{Role: a.get("--role"), Member: a.get("--member")}
		if slices.Contains(w.Policies[at], b) {
			return nil
		}
		w.Policies[at] = append(w.Policies[at], b)
		return w.save("bind " + at + " " + b.Role + " " + b.Member)
	}
}

func unbind(kind string) func(*world, *arguments) error {
	return func(w *world, a *arguments) error {
		at, err := bound(kind, a)
		if err != nil {
			return err
		}
		i := slices.Index(w.Policies[at], binding{Role: a.get("--role"), Member: a.get("--member")})
		if i < 0 || a.get("--condition") != "None" {
			return errAbsent
		}
		w.Policies[at] = slices.Delete(w.Policies[at], i, i+1)
		return w.save("unbind " + at)
	}
}
