package setup

import (
	"maps"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// baseServices are the APIs that a bridge itself needs. Service Usage is not among them: without it none could be switched
// on, and a new project has it.
var baseServices = []string{
	"cloudresourcemanager.googleapis.com", "iam.googleapis.com", "iamcredentials.googleapis.com", "sts.googleapis.com",
}

const vertexService = "aiplatform.googleapis.com"

// googleBase is what every set-up has on Google: its project, the APIs, and the project's grants, which are looked at even
// when no workload is left, so that those of the last one go.
func (b *builder) googleBase() {
	project := b.spec.Google.Project
	b.project(project)
	for _, name := range baseServices {
		b.service(project, name, "")
	}
	b.grantsOf(&estate.Grants{Project: project})
	for _, name := range baseServices {
		b.needs[address(estate.KindGrants, "project", project)][address(estate.KindService, project, name)] = true
	}
}

func (b *builder) project(id string) string {
	addr := address(estate.KindProject, id)
	b.add(addr, &estate.Project{ID: id}, "").ReadOnly = true
	return addr
}

func (b *builder) service(project, name, workload string) string {
	addr := address(estate.KindService, project, name)
	b.add(addr, &estate.Service{Project: project, Name: name, Enabled: true}, workload, b.project(project))
	return addr
}

func (b *builder) pool(id, workload string) string {
	addr := address(estate.KindPool, id)
	needs := make([]string, 0, len(baseServices))
	for _, name := range baseServices {
		needs = append(needs, address(estate.KindService, b.spec.Google.Project, name))
	}
	b.add(addr, &estate.Pool{Project: b.number, ID: id}, workload, needs...)
	return addr
}

// account makes a service account of our own project, or looks at one that is named by its e-mail.
func (b *builder) account(name, workload string) (addr, email string) {
	id, project, email := accountOf(name, b.spec.Google.Project)
	if foreign(name) {
		addr = address(estate.KindAccount, email)
		r := b.add(addr, &estate.Account{Project: project, ID: id}, workload)
		r.ReadOnly, r.Note = true, "named by its e-mail: it is looked at and never made or removed"
		return addr, email
	}
	addr = address(estate.KindAccount, id)
	b.add(addr, &estate.Account{Project: project, ID: id, DisplayName: truncate("Landbridge "+b.spec.Name+" "+id, 100)}, workload,
		address(estate.KindService, project, "iam.googleapis.com"))
	return addr, email
}

// toGoogle gives the members, which are one workload, what it may do on Google.
func (b *builder) toGoogle(w *Workload, members []member) {
	to := w.ToGoogle
	if to == nil {
		return
	}
	who := members
	if to.ServiceAccount != "" {
		addr, email := "", ""
		if _, project, _ := accountOf(to.ServiceAccount, b.spec.Google.Project); project != "" {
			addr, email = b.account(to.ServiceAccount, w.Name)
		} else {
			email = to.ServiceAccount
		}
		policy := b.grantsOf(&estate.Grants{Account: email})
		b.users[policy][w.Name] = true
		if addr != "" {
			b.needs[policy][addr] = true
		}
		for _, m := range members {
			b.grant(policy, w.Name, workloadUser, m)
		}
		who = []member{{name: "serviceAccount:" + email, of: addr}}
	}
	for _, project := range b.targets(to) {
		b.project(project)
		policy := b.grantsOf(&estate.Grants{Project: project})
		roles := slices.Clone(to.Roles)
		vertex := slices.ContainsFunc(to.Roles, vertexRole)
		if len(to.Permissions) > 0 {
			role := &estate.Role{
				Project: project, ID: roleID(b.spec.Name, w.Name), Title: truncate("Landbridge "+b.spec.Name+": "+w.Name, 100),
				Permissions: slices.Compact(slices.Sorted(slices.Values(to.Permissions))),
			}
			addr := address(estate.KindRole, project, role.ID)
			b.add(addr, role, w.Name, b.project(project))
			if project == b.spec.Google.Project {
				b.needs[addr][address(estate.KindService, project, "iam.googleapis.com")] = true
			}
			b.needs[policy][addr] = true
			roles = append(roles, role.Name())
			vertex = vertex || slices.ContainsFunc(to.Permissions, func(p string) bool { return strings.HasPrefix(p, "aiplatform.") })
		}
		if vertex {
			b.service(project, vertexService, w.Name)
		}
		for _, role := range roles {
			for _, m := range who {
				b.grant(policy, w.Name, role, m)
			}
		}
	}
}

// targets are the projects that a workload's roles hold in.
func (b *builder) targets(to *ToGoogle) []string {
	if len(to.Projects) == 0 {
		return []string{b.spec.Google.Project}
	}
	return to.Projects
}

// member is somebody in an allow policy, and the address of the thing that he comes with.
type member struct{ name, of string }

func (b *builder) grantsOf(g *estate.Grants) string {
	addr := address(estate.KindGrants, "account", g.Account)
	if g.Account == "" {
		addr = address(estate.KindGrants, "project", g.Project)
		b.add(addr, g, "", b.project(g.Project))
		return addr
	}
	b.add(addr, g, "")
	return addr
}

func (b *builder) grant(policy, workload, role string, m member) {
	if b.grants[policy] == nil {
		b.grants[policy] = map[estate.Grant]bool{}
	}
	b.grants[policy][estate.Grant{Role: role, Member: m.name}] = true
	b.users[policy][workload] = true
	if m.of != "" {
		b.needs[policy][m.of] = true
	}
}

// finishGrants writes the gathered grants, and which members are nobody's but this set-up's: those of its pools, and in
// projects the accounts that it makes. Whether it made them is known when they are read.
func (b *builder) finishGrants() {
	pools, accounts := map[string]string{}, map[string]string{}
	for _, addr := range b.order {
		switch spec := b.byAddr[addr].Spec.(type) {
		case *estate.Pool:
			pools[spec.Principals()] = addr
		case *estate.Account:
			if !b.byAddr[addr].ReadOnly {
				accounts["serviceAccount:"+spec.Email()] = addr
			}
		}
	}
	maps.Copy(accounts, pools)
	for _, addr := range b.order {
		r := b.byAddr[addr]
		g, ok := r.Spec.(*estate.Grants)
		if !ok {
			continue
		}
		g.Grants = slices.SortedFunc(maps.Keys(b.grants[addr]), compareGrants)
		if g.Grants == nil {
			g.Grants = []estate.Grant{}
		}
		r.claims = pools
		if g.Project != "" {
			r.claims = accounts
		}
		g.Ours = slices.Sorted(maps.Keys(r.claims))
		for _, of := range r.claims {
			b.needs[addr][of] = true
		}
	}
}

func compareGrants(a, b estate.Grant) int {
	if c := strings.Compare(a.Role, b.Role); c != 0 {
		return c
	}
	return strings.Compare(a.Member, b.Member)
}
