package inventory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/protect"
)

// Report is what is protected, and how fresh it is.
type Report struct {
	At       time.Time        `json:"at"`
	Items    []Row            `json:"items"`
	Datasets []Freshness      `json:"datasets"`
	Vaults   []protect.Vault  `json:"vaults"`
	Policies []protect.Policy `json:"policies"`
	Jobs     []protect.Job    `json:"jobs"`
	Gaps     []Gap            `json:"gaps"` // what could not be seen
	// Detour says why Resource Graph was not the source, and each vault was; nil when nothing was wrong with it.
	Detour *Gap   `json:"detour,omitempty"`
	Totals Totals `json:"totals"`
}

// Row is an item, with what it belongs to.
type Row struct {
	protect.Item
	VaultName   string   `json:"vault_name"`
	PolicyName  string   `json:"policy_name,omitempty"`
	Environment string   `json:"environment,omitempty"`
	Datasets    []string `json:"datasets,omitempty"`
	Vertex      []string `json:"vertex,omitempty"` // what those feed
	Failures    int      `json:"failed_jobs"`      // in the time that was looked at
}

// Freshness is how a dataset is protected, and whether its last point is young enough.
type Freshness struct {
	Dataset     string        `json:"dataset"`
	Environment string        `json:"environment,omitempty"`
	Source      string        `json:"source"`
	Item        string        `json:"item,omitempty"` // id of the item that protects it best
	RPO         time.Duration `json:"rpo_ns,omitempty"`
	Last        time.Time     `json:"last_point,omitzero"`
	Age         time.Duration `json:"age_ns,omitempty"`
	Cover       Cover         `json:"cover"`
	Missed      bool          `json:"missed"`
	Why         string        `json:"why,omitempty"` // in words, where not all is well
	Vertex      []string      `json:"vertex,omitempty"`
}

// Cover says how far a dataset is protected.
type Cover string

// The covers.
const (
	Covered     Cover = "covered"
	Partly      Cover = "not-in-vault" // operational backup has it, and the vaulted backup leaves its container out
	LeftOut     Cover = "left-out"     // its account is protected, and its container is not among those that are backed up
	Never       Cover = "never-backed-up"
	Unprotected Cover = "unprotected"
	Unseen      Cover = "unseen"       // no item, and not all could be seen
	Elsewhere   Cover = "not-in-azure" // nothing that Azure Backup protects
)

// Gap is a part that could not be seen.
type Gap struct {
	Where string `json:"where"`
	Why   string `json:"why"`
	Hint  string `json:"hint,omitempty"`
}

// Totals are counts of a report.
type Totals struct {
	Items        int                      `json:"items"`
	ByState      map[protect.State]int    `json:"by_state"`
	ByWorkload   map[protect.Workload]int `json:"by_workload"`
	Environments map[string]int           `json:"by_environment"`
	FailedJobs   int                      `json:"failed_jobs"`
	Missed       int                      `json:"missed"`
}

// Filter chooses a part of a report. An empty field chooses all.
type Filter struct {
	Environment, Dataset string
	Vault                string // name or id
	Workload             protect.Workload
	State                protect.State
	Missed               bool // only what misses its RPO
}

// Filter returns the part, with its own totals.
func (r Report) Filter(f Filter) Report {
	vaults := map[string]bool{}
	for _, v := range r.Vaults {
		if f.Vault == "" || strings.EqualFold(v.Name, f.Vault) || protect.Same(v.ID, f.Vault) {
			vaults[protect.Fold(v.ID)] = true
		}
	}
	out := r
	missed := map[string]bool{}
	out.Datasets = keep(r.Datasets, func(d Freshness) bool {
		ok := (f.Dataset == "" || d.Dataset == f.Dataset) && (f.Environment == "" || d.Environment == f.Environment) && (!f.Missed || d.Missed)
		missed[d.Dataset] = d.Missed
		return ok
	})
	shown := map[string]bool{} // items by id, datasets by name
	out.Items = keep(r.Items, func(i Row) bool {
		ok := (f.Environment == "" || i.Environment == f.Environment) && (f.Workload == "" || i.Workload == f.Workload) && (f.State == "" || i.State == f.State) &&
			(f.Vault == "" || vaults[protect.Fold(i.Vault)]) && (f.Dataset == "" || slices.Contains(i.Datasets, f.Dataset)) &&
			(!f.Missed || slices.ContainsFunc(i.Datasets, func(d string) bool { return missed[d] }))
		shown[protect.Fold(i.ID)] = ok
		for _, d := range i.Datasets {
			shown[d] = shown[d] || ok
		}
		return ok
	})
	if f != (Filter{}) {
		ofItems := f.Vault != "" || f.Workload != "" || f.State != ""
		out.Datasets = keep(out.Datasets, func(d Freshness) bool { return !ofItems || shown[d.Dataset] })
		out.Jobs = keep(r.Jobs, func(j protect.Job) bool { return j.Item != "" && shown[protect.Fold(j.Item)] })
	}
	out.Vaults = keep(r.Vaults, func(v protect.Vault) bool { return vaults[protect.Fold(v.ID)] })
	out.Totals = totals(out)
	return out
}

func keep[T any](all []T, good func(T) bool) []T {
	out := []T{}
	for _, v := range all {
		if good(v) {
			out = append(out, v)
		}
	}
	return out
}

func totals(r Report) Totals {
	t := Totals{Items: len(r.Items), ByState: map[protect.State]int{}, ByWorkload: map[protect.Workload]int{}, Environments: map[string]int{}}
	for _, i := range r.Items {
		t.ByState[i.State]++
		t.ByWorkload[i.Workload]++
		t.Environments[i.Environment]++
	}
	for _, j := range r.Jobs {
		if j.State == protect.Failed {
			t.FailedJobs++
		}
	}
	for _, d := range r.Datasets {
		if d.Missed {
			t.Missed++
		}
	}
	return t
}

// order makes a report the same whatever order Azure answered in.
func (r *Report) order() {
	slices.SortFunc(r.Items, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Environment, b.Environment), cmp.Compare(a.VaultName, b.VaultName), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(r.Datasets, func(a, b Freshness) int { return cmp.Compare(a.Dataset, b.Dataset) })
	slices.SortFunc(r.Vaults, func(a, b protect.Vault) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(r.Policies, func(a, b protect.Policy) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(r.Jobs, func(a, b protect.Job) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
	})
}
