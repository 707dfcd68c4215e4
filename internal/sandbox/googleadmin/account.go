package googleadmin

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// accountQuota is how many service accounts a project has at most when nothing else was agreed.
const accountQuota = 100

type accountBody struct{ DisplayName, Description string }

func (a *admin) listAccounts(c *call) (any, *problem) {
	cut, next, p := page(c.URL.Query(), a.world.ServiceAccounts(c.project.ID), 20, 100)
	out := make([]map[string]any, len(cut))
	for i, account := range cut {
		out[i] = accountJSON(account)
	}
	return listed("accounts", out, next), p
}

func (a *admin) getAccount(c *call) (any, *problem) {
	account, err := a.world.ServiceAccount(c.id)
	if err != nil {
		return nil, unknownAccount()
	}
	return accountJSON(account), nil
}

func unknownAccount() *problem { return googleapi.Absent("Unknown service account") }

func (a *admin) createAccount(c *call) (any, *problem) {
	var body struct {
		AccountID      string
		ServiceAccount accountBody
	}
	if p := a.google.Read(c.Request, "CreateServiceAccountRequest", &body); p != nil {
		return nil, p
	}
	if n := len(body.AccountID); n < 6 || n > 30 {
		return nil, googleapi.Invalid(fmt.Sprintf("The account ID %q does not have a length between 6 and 30.", body.AccountID))
	}
	if !regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])$`).MatchString(body.AccountID) {
		return nil, googleapi.Invalid(fmt.Sprintf("The account ID %q does not match the pattern [a-z]([-a-z0-9]*[a-z0-9]).", body.AccountID))
	}
	if p := checkAccount(body.ServiceAccount); p != nil {
		return nil, p
	}
	most := accountQuota
	if c.project.MaxAccounts > 0 {
		most = c.project.MaxAccounts
	}
	email := body.AccountID + "@" + domain(c.project.ID) + ".iam.gserviceaccount.com"
	present := a.world.ServiceAccounts(c.project.ID)
	known := slices.ContainsFunc(present, func(s world.ServiceAccount) bool { return s.Email == email })
	if len(present) >= most && !known {
		return nil, &problem{Code: http.StatusTooManyRequests, Status: "RESOURCE_EXHAUSTED", Message: "Maximum number of service accounts on project reached."}
	}
	made, ok := a.world.CreateServiceAccount(world.ServiceAccount{
		Email: email, ProjectID: c.project.ID, DisplayName: body.ServiceAccount.DisplayName, Description: body.ServiceAccount.Description,
	})
	if !ok {
		return nil, taken("Service account " + body.AccountID + " already exists within project projects/" + c.project.ID + ".")
	}
	return accountJSON(made), nil
}

// domain writes a domain-scoped project id (example.com:name) as it stands in an e-mail: name.example.com.
func domain(project string) string {
	if scope, id, ok := strings.Cut(project, ":"); ok {
		return id + "." + scope
	}
	return project
}

func checkAccount(b accountBody) *problem {
	switch {
	case len(b.DisplayName) > 100:
		return googleapi.Invalid("The display name is longer than 100 bytes.")
	case len(b.Description) > 256:
		return googleapi.Invalid("The description is longer than 256 bytes.")
	}
	return nil
}

func (a *admin) patchAccount(c *call) (any, *problem) {
	var body struct {
		ServiceAccount accountBody
		UpdateMask     string
	}
	if p := a.google.Read(c.Request, "PatchServiceAccountRequest", &body); p != nil {
		return nil, p
	}
	paths, p := mask(body.UpdateMask, "displayName", "description")
	if p == nil {
		p = checkAccount(body.ServiceAccount)
	}
	if p != nil {
		return nil, p
	}
	return a.changeAccount(c, func(s *world.ServiceAccount) {
		for _, path := range paths {
			if path == "displayName" {
				s.DisplayName = body.ServiceAccount.DisplayName
			} else {
				s.Description = body.ServiceAccount.Description
			}
		}
	})
}

func (a *admin) enableAccount(c *call) (any, *problem)  { return a.switchAccount(c, false) }
func (a *admin) disableAccount(c *call) (any, *problem) { return a.switchAccount(c, true) }

func (a *admin) switchAccount(c *call, disabled bool) (any, *problem) {
	if p := a.google.Read(c.Request, "AccountStateRequest", &struct{}{}); p != nil {
		return nil, p
	}
	_, p := a.changeAccount(c, func(s *world.ServiceAccount) { s.Disabled = disabled })
	return map[string]any{}, p
}

func (a *admin) changeAccount(c *call, change func(*world.ServiceAccount)) (any, *problem) {
	if err := a.world.UpdateServiceAccount(c.id, change); err != nil {
		return nil, unknownAccount()
	}
	return a.getAccount(c)
}

func (a *admin) deleteAccount(c *call) (any, *problem) {
	if err := a.world.DeleteServiceAccount(c.id); err != nil {
		return nil, unknownAccount()
	}
	return map[string]any{}, nil
}

// undeleteAccount takes a unique id: the e-mail may belong to another account by now.
func (a *admin) undeleteAccount(c *call) (any, *problem) {
	if p := a.google.Read(c.Request, "AccountStateRequest", &struct{}{}); p != nil {
		return nil, p
	}
	if old, err := a.world.RetiredAccount(c.id); err != nil || old.ProjectID != c.project.ID {
		return nil, googleapi.Absent("Service account " + c.id + " does not exist.")
	}
	back, ok := a.world.UndeleteServiceAccount(c.id)
	if !ok {
		return nil, taken("Service account " + c.id + " cannot be undeleted: another account has its e-mail.")
	}
	return map[string]any{"restoredAccount": accountJSON(back)}, nil
}

func accountJSON(s world.ServiceAccount) map[string]any {
	out := map[string]any{
		"name": "projects/" + s.ProjectID + "/serviceAccounts/" + s.Email, "projectId": s.ProjectID, "email": s.Email,
		"uniqueId": s.UniqueID, "oauth2ClientId": s.UniqueID, "etag": "MDEwMjE5MjA=",
	}
	put(out, "displayName", s.DisplayName)
	put(out, "description", s.Description)
	if s.Disabled {
		out["disabled"] = true
	}
	return out
}
