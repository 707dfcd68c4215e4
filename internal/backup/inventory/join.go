package inventory

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/protect"
)

// Join makes the report of what was seen at a time.
func Join(seen Seen, datasets []Dataset, environments []Environment, now time.Time) Report {
	r := Report{
		At: now.UTC(), Vaults: slices.Clone(seen.Vaults), Policies: slices.Clone(seen.Policies), Jobs: slices.Clone(seen.Jobs),
		Items: []Row{}, Datasets: []Freshness{}, Gaps: []Gap{},
	}
	vaults, policies, failures := map[string]protect.Vault{}, map[string]string{}, map[string]int{}
	for _, v := range seen.Vaults {
		vaults[protect.Fold(v.ID)] = v
	}
	for _, p := range seen.Policies {
		policies[protect.Fold(p.ID)] = p.Name
	}
	for _, j := range seen.Jobs {
		if j.State == protect.Failed {
			failures[protect.Fold(j.Item)]++
		}
	}
	for _, i := range seen.Items {
		v := vaults[protect.Fold(i.Vault)]
		row := Row{Item: i, VaultName: v.Name, PolicyName: policies[protect.Fold(i.Policy)], Environment: environmentOf(environments, i, v), Failures: failures[protect.Fold(i.ID)]}
		if row.VaultName == "" {
			row.VaultName = path.Base(i.Vault)
		}
		r.Items = append(r.Items, row)
	}
	index := indexOf(seen.Items)
	for _, d := range datasets {
		found := index.find(d)
		f := freshness(d, pick(r.Items, found), len(seen.Gaps) > 0, now)
		for _, n := range found {
			i := &r.Items[n]
			i.Datasets = append(i.Datasets, d.Name)
			for _, v := range d.Vertex {
				if !slices.Contains(i.Vertex, v) {
					i.Vertex = append(i.Vertex, v)
				}
			}
			if d.Environment != "" && i.Environment == "" {
				i.Environment = d.Environment
			}
		}
		r.Datasets = append(r.Datasets, f)
	}
	for _, g := range seen.Gaps {
		r.Gaps = append(r.Gaps, Gap{Where: g.Where, Why: g.Err.Error(), Hint: bridge.HintOf(g.Err)})
	}
	r.order()
	r.Totals = totals(r)
	return r
}

func pick(rows []Row, found []int) []Row {
	var out []Row
	for _, n := range found {
		out = append(out, rows[n])
	}
	return out
}

// freshness judges a dataset by the item that protects it best.
func freshness(d Dataset, items []Row, gaps bool, now time.Time) Freshness {
	f := Freshness{Dataset: d.Name, Environment: d.Environment, Source: d.Source.String(), RPO: d.RPO, Vertex: d.Vertex, Cover: Unprotected}
	var best Row
	for _, i := range items {
		cover, last := covers(d, i.Item, now)
		if best.ID == "" || rank(cover) > rank(f.Cover) || rank(cover) == rank(f.Cover) && last.After(f.Last) {
			best, f.Cover, f.Last, f.Item = i, cover, last, i.ID
		}
	}
	if f.Environment == "" {
		f.Environment = best.Environment
	}
	if best.ID == "" {
		switch {
		case d.Item == "" && d.Source.Store != dataset.Blob && d.Source.Store != dataset.Files:
			f.Cover = Elsewhere
		case gaps:
			f.Cover = Unseen
		}
	}
	if !f.Last.IsZero() {
		f.Age = max(now.Sub(f.Last), 0)
	}
	f.Missed, f.Why = judge(f, best.Item)
	return f
}

// covers says how far one item protects a dataset, and to which time.
func covers(d Dataset, i protect.Item, now time.Time) (Cover, time.Time) {
	if i.State == protect.SoftDeleted {
		return Unprotected, time.Time{}
	}
	continuous := time.Time{}
	for _, r := range i.Continuous {
		if to := earlier(r.To, now); to.After(continuous) {
			continuous = to
		}
	}
	inVault := d.Source.Store != dataset.Blob || i.Covers(d.Source.Name)
	last := continuous
	if inVault && i.LastPoint.After(last) {
		last = i.LastPoint
	}
	switch {
	case last.IsZero() && !inVault:
		return LeftOut, last
	case last.IsZero():
		return Never, last
	case !inVault:
		return Partly, last
	}
	return Covered, last
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// rank orders covers, the best highest.
func rank(c Cover) int {
	return slices.Index([]Cover{Unprotected, LeftOut, Never, Partly, Covered}, c)
}

// judge says whether the RPO is missed, and why. Without one, any age is well.
func judge(f Freshness, i protect.Item) (missed bool, why string) {
	strict := f.RPO > 0
	switch f.Cover {
	case Unprotected:
		if i.State == protect.SoftDeleted {
			return strict, i.Name + " was deleted from its vault, and is kept until " + i.Purge.UTC().Format("2006-01-02 15:04")
		}
		return strict, "no vault protects " + f.Source
	case Unseen:
		return false, "no item was seen, and not everything could be seen"
	case Elsewhere:
		return false, ""
	case LeftOut:
		return strict, "its account is protected, and its container is not among the " + fmt.Sprint(len(i.Containers)) + " that are backed up: " + strings.Join(i.Containers, ", ")
	case Never:
		return strict, "never backed up"
	}
	switch {
	case strict && f.Age > f.RPO:
		return true, fmt.Sprintf("the last point is %s old, %s more than allowed", f.Age.Round(time.Minute), (f.Age - f.RPO).Round(time.Minute))
	case f.Cover == Partly:
		return false, "operational backup has it; its container is not among those that go into the vault"
	case i.State != protect.Protected:
		return false, "protection is " + string(i.State)
	}
	return false, ""
}
