package render

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

func (t *terraform) resource(r setup.Resource) error {
	switch x := r.Spec.(type) {
	case *estate.Project:
		if len(t.outputs(r.Address)) == 0 {
			return nil
		}
		b := t.start(r, "data", "google_project", "")
		b.attribute("project_id", hclString(x.ID))
	case *estate.Service:
		b := t.start(r, "resource", "google_project_service", "")
		b.attribute("project", hclString(x.Project))
		b.attribute("service", hclString(x.Name))
		b.attribute("disable_on_destroy", "false")
	case *estate.Pool:
		b := t.start(r, "resource", "google_iam_workload_identity_pool", "")
		b.attribute("project", hclString(t.projectID(x.Project)))
		b.attribute("workload_identity_pool_id", hclString(x.ID))
		t.described(b, x.DisplayName, x.Disabled)
		t.depend(b, r.Needs...)
	case *estate.Provider:
		t.provider(r, x)
	case *estate.Account:
		t.account(r, x)
	case *estate.Role:
		b := t.start(r, "resource", "google_project_iam_custom_role", "")
		b.attribute("project", hclString(x.Project))
		b.attribute("role_id", hclString(x.ID))
		b.attribute("title", hclString(x.Title))
		b.attribute("description", hclString(estate.Mark(t.Setup)))
		b.gap()
		b.attribute("permissions", list(hclStrings(slices.Sorted(slices.Values(x.Permissions)))))
		t.depend(b, r.Needs...)
	case *estate.Grants:
		for _, g := range x.Grants {
			t.at = map[string]bool{r.Address: true}
			t.grant(r, x, g)
		}
	default:
		return t.elsewhere(r)
	}
	return nil
}

// described is what pools, providers and accounts have in common. Set-up's mark is in the description.
func (t *terraform) described(b *block, displayName string, disabled bool) {
	if displayName != "" {
		b.attribute("display_name", hclString(displayName))
	}
	b.attribute("description", hclString(estate.Mark(t.Setup)))
	b.attribute("disabled", strconv.FormatBool(disabled))
}

func (t *terraform) provider(r setup.Resource, x *estate.Provider) {
	b := t.start(r, "resource", "google_iam_workload_identity_pool_provider", "")
	b.attribute("project", hclString(t.projectID(x.Project)))
	pool := hclString(x.Pool)
	if address := t.find(func(s estate.Spec) bool {
		p, ok := s.(*estate.Pool)
		return ok && p.ID == x.Pool && p.Project == x.Project
	}); address != "" {
		pool = t.refer(address, "workload_identity_pool_id")
	}
	b.attribute("workload_identity_pool_id", pool)
	b.attribute("workload_identity_pool_provider_id", hclString(x.ID))
	t.described(b, x.DisplayName, x.Disabled)
	b.gap()
	b.attribute("attribute_mapping", t.object(x.Mapping))
	b.gap()
	b.attribute("attribute_condition", t.text(x.Condition))
	oidc := b.nest("oidc")
	oidc.attribute("issuer_uri", t.text(x.Issuer))
	if x.JWKS != "" {
		oidc.attribute("jwks_json", t.text(x.JWKS))
	}
	if len(x.Audiences) > 0 {
		expressions := make([]string, len(x.Audiences))
		for i, a := range x.Audiences {
			expressions[i] = t.text(a)
		}
		oidc.attribute("allowed_audiences", list(expressions))
	}
	t.depend(b, r.Needs...)
}

func (t *terraform) account(r setup.Resource, x *estate.Account) {
	if r.ReadOnly {
		b := t.start(r, "data", "google_service_account", "")
		b.attribute("account_id", hclString(x.Email()))
		b.attribute("project", hclString(x.Project))
		return
	}
	b := t.start(r, "resource", "google_service_account", "")
	b.attribute("project", hclString(x.Project))
	b.attribute("account_id", hclString(x.ID))
	t.described(b, x.DisplayName, x.Disabled)
	t.depend(b, r.Needs...)
}

// grant is one member of one role: what others have is left alone.
func (t *terraform) grant(r setup.Resource, on *estate.Grants, g estate.Grant) {
	sum := sha256.Sum256([]byte(g.Role + "\x00" + g.Member))
	key := path.Base(g.Role) + "_" + hex.EncodeToString(sum[:4])
	role := t.text(g.Role)
	if address := t.find(func(s estate.Spec) bool { x, ok := s.(*estate.Role); return ok && x.Name() == g.Role }); address != "" {
		role = t.refer(address, "name")
	}
	member := t.text(g.Member)
	if email, ok := strings.CutPrefix(g.Member, "serviceAccount:"); ok {
		if address := t.accountAt(email); address != "" {
			member = `"serviceAccount:${` + t.refer(address, "email") + `}"`
		}
	}
	var b *block
	if on.Account == "" {
		b = t.start(r, "resource", "google_project_iam_member", key)
		b.attribute("project", hclString(on.Project))
	} else {
		b = t.start(r, "resource", "google_service_account_iam_member", key)
		account := hclString("projects/-/serviceAccounts/" + on.Account)
		if address := t.accountAt(on.Account); address != "" {
			account = t.refer(address, "name")
		}
		b.attribute("service_account_id", account)
	}
	b.attribute("role", role)
	b.attribute("member", member)
	// A member that is an identity of a pool: the pool first.
	t.depend(b, t.find(func(s estate.Spec) bool {
		p, ok := s.(*estate.Pool)
		return ok && strings.HasPrefix(g.Member, p.Principals())
	}))
}

// accountAt is the address of the account with this e-mail, "" when it is not part of the set-up.
func (t *terraform) accountAt(email string) string {
	return t.find(func(s estate.Spec) bool { a, ok := s.(*estate.Account); return ok && a.Email() == email })
}

func hclStrings(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = hclString(s)
	}
	return out
}
