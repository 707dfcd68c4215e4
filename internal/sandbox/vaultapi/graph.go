package vaultapi

import (
	"cmp"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
)

// query is Resource Graph: the tables and operators that backup reports use. Other Kusto is refused as Azure refuses what is wrong.
func (a *API) query(c *call) {
	var body struct {
		Query         string   `json:"query"`
		Subscriptions []string `json:"subscriptions"`
		Options       struct {
			Top    int    `json:"$top"`
			Token  string `json:"$skipToken"`
			Format string `json:"resultFormat"`
		} `json:"options"`
	}
	if !c.readBody(&body) {
		return
	}
	q, err := parse(body.Query)
	if err != nil {
		c.write(http.StatusBadRequest, object{"error": object{
			"code": "BadRequest", "message": "Please provide below info when asking for support: timestamp = " + stamp(c.world.Now()),
			"details": []object{{"code": "InvalidQuery", "message": "Query is invalid. " + err.Error() + " The sandbox answers simple queries only; the real API may know more."}},
		}})
		return
	}
	start, size := 0, 1000
	if body.Options.Top > 0 {
		size = min(body.Options.Top, size)
	}
	if body.Options.Token != "" {
		if start, err = strconv.Atoi(body.Options.Token); err != nil || start < 0 {
			c.problem(http.StatusBadRequest, "InvalidSkipToken", "The skip token is not valid.")
			return
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	rows := a.rows(c, q, body.Subscriptions)
	total := len(rows)
	start = min(start, total)
	end := min(start+size, total)
	out := object{"totalRecords": total, "count": end - start, "data": q.show(rows[start:end]), "facets": []object{}, "resultTruncated": "false"}
	if end < total && q.ordered {
		out["$skipToken"] = strconv.Itoa(end)
	}
	c.write(http.StatusOK, out)
}

// statement is a query that was understood.
type statement struct {
	table   string
	where   []func(*Resource) bool
	project []string
	order   string
	desc    bool
	ordered bool
	limit   int
}

var (
	whereList = bridge.FormOf(`(?i)^where\s+(type|subscriptionId|resourceGroup|location|name)\s+in~?\s*\((.*)\)$`)
	whereSame = bridge.FormOf(`(?i)^where\s+(type|subscriptionId|resourceGroup|location|name|id)\s*(=~|==)\s*'([^']*)'$`)
	whereTime = bridge.FormOf(`(?i)^where\s+todatetime\(properties\.([A-Za-z]+)\)\s*>=\s*datetime\(([^)]*)\)$`)
	projects  = bridge.FormOf(`(?i)^project\s+([A-Za-z]+(?:\s*,\s*[A-Za-z]+)*)$`)
	orders    = bridge.FormOf(`(?i)^(?:order|sort)\s+by\s+(id|name)(?:\s+(asc|desc))?$`)
	limits    = bridge.FormOf(`(?i)^(?:limit|take)\s+(\d+)$`)
	quoted    = bridge.FormOf(`^\s*'([^']*)'\s*$`)
)

// parse understands TABLE | where … | project … | order by … | limit N.
func parse(text string) (statement, error) {
	steps := strings.Split(text, "|")
	q := statement{table: strings.ToLower(strings.TrimSpace(steps[0]))}
	if !slices.Contains([]string{"resources", "recoveryservicesresources", "resourcecontainers"}, q.table) {
		return q, fmt.Errorf("the table %q is not known", q.table)
	}
	for _, step := range steps[1:] {
		step = strings.Join(strings.Fields(step), " ")
		if !q.add(step) {
			return q, fmt.Errorf("the operator %q is not known", step)
		}
	}
	return q, nil
}

func (q *statement) add(step string) bool {
	switch {
	case whereList().MatchString(step):
		m := whereList().FindStringSubmatch(step)
		var values []string
		for _, text := range strings.Split(m[2], ",") {
			v := quoted().FindStringSubmatch(text)
			if v == nil {
				return false
			}
			values = append(values, v[1])
		}
		q.where = append(q.where, func(r *Resource) bool {
			return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, r.column(m[1])) })
		})
	case whereSame().MatchString(step):
		m := whereSame().FindStringSubmatch(step)
		q.where = append(q.where, func(r *Resource) bool {
			return r.column(m[1]) == m[3] || m[2] == "=~" && strings.EqualFold(r.column(m[1]), m[3])
		})
	case whereTime().MatchString(step):
		m := whereTime().FindStringSubmatch(step)
		since, err := time.Parse(time.RFC3339, m[2])
		if err != nil {
			return false
		}
		q.where = append(q.where, func(r *Resource) bool {
			at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(r.Properties[m[1]]))
			return err == nil && !at.Before(since)
		})
	case projects().MatchString(step):
		for _, name := range strings.Split(projects().FindStringSubmatch(step)[1], ",") {
			q.project = append(q.project, strings.TrimSpace(name))
		}
	case orders().MatchString(step):
		m := orders().FindStringSubmatch(step)
		q.order, q.desc, q.ordered = strings.ToLower(m[1]), strings.EqualFold(m[2], "desc") || m[2] == "", true // Kusto's default is desc
	case limits().MatchString(step):
		q.limit, _ = strconv.Atoi(limits().FindStringSubmatch(step)[1])
	default:
		return false
	}
	return true
}

// column is one by which rows are chosen and ordered.
func (r *Resource) column(name string) string {
	switch strings.ToLower(name) {
	case "id":
		return r.ID
	case "name":
		return path.Base(r.ID)
	case "type":
		return r.Type
	case "location":
		return r.Location
	case "resourcegroup":
		return part(r.ID, "resourceGroups")
	}
	return r.sub
}

// rows are what the query gives the caller: of the subscriptions, and only what a role lets it read. What it may not see is left out
// without a word, as on Azure.
func (a *API) rows(c *call, q statement, subscriptions []string) []*Resource {
	out := slices.DeleteFunc(a.table(c, q.table, subscriptions), func(r *Resource) bool {
		return slices.ContainsFunc(q.where, func(keep func(*Resource) bool) bool { return !keep(r) })
	})
	if q.ordered {
		slices.SortFunc(out, func(x, y *Resource) int {
			order := cmp.Compare(x.key, y.key)
			if q.order == "name" {
				order = cmp.Compare(path.Base(x.key), path.Base(y.key))
			}
			if q.desc {
				return -order
			}
			return order
		})
	}
	if q.limit > 0 {
		out = out[:min(q.limit, len(out))]
	}
	return out
}

// show writes rows, with the columns that are asked for.
func (q statement) show(rows []*Resource) []object {
	out := make([]object, 0, len(rows))
	for _, r := range rows {
		all := r.row()
		if q.project == nil {
			out = append(out, all)
			continue
		}
		kept := object{}
		for _, name := range q.project {
			kept[name] = all[name]
		}
		out = append(out, kept)
	}
	return out
}

// table is one of Resource Graph's, as far as the caller sees it.
func (a *API) table(c *call, name string, subscriptions []string) []*Resource {
	var out []*Resource
	in := func(sub string) bool {
		return len(subscriptions) == 0 || slices.ContainsFunc(subscriptions, func(s string) bool { return strings.EqualFold(s, sub) })
	}
	if name == "resourcecontainers" {
		for _, s := range c.world.Subscriptions() {
			if in(s.ID) && s.TenantID == c.who.Tenant && c.world.AllowedBelow(c.who.ObjectID, "Microsoft.Resources/subscriptions/read", "/subscriptions/"+s.ID) {
				out = append(out, &Resource{ID: "/subscriptions/" + s.ID, Type: "microsoft.resources/subscriptions", key: fold("/subscriptions/" + s.ID), sub: s.ID})
			}
		}
		return out
	}
	sees := a.sight(c)
	for _, r := range a.resources {
		isVault := r.Type == servicesVault || r.Type == backupVault
		point := r.Type == servicesPoint || r.Type == backupPoint
		if isVault == (name == "resources") && !point && in(r.sub) && sees(r) {
			out = append(out, r)
		}
	}
	return out
}

// sight remembers for each vault whether a role on it, or above, shows all of one type: ten thousand items have few vaults.
func (a *API) sight(c *call) func(*Resource) bool {
	known := map[string]bool{}
	return func(r *Resource) bool {
		cut := strings.Index(r.key, "vaults/") + len("vaults/")
		name, _, _ := strings.Cut(r.key[cut:], "/")
		vault := r.key[:cut] + name
		key := r.Type + " " + vault
		all, ok := known[key]
		if !ok {
			all = c.world.Allowed(c.who.ObjectID, spelled(r.Type)+"/read", vault)
			known[key] = all
		}
		return all
	}
}

// row is a resource as Resource Graph writes it: lower-case type, and its place in columns.
func (r *Resource) row() object {
	out := r.body()
	out["name"], out["type"] = path.Base(r.ID), r.Type
	out["subscriptionId"], out["resourceGroup"] = r.sub, strings.ToLower(part(r.ID, "resourceGroups"))
	for _, name := range []string{"tags", "identity"} {
		if _, ok := out[name]; !ok {
			out[name] = nil
		}
	}
	out["location"] = r.Location
	return out
}
