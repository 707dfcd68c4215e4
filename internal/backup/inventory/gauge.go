package inventory

import "github.com/landbridge/landbridge/internal/protect"

// Gauge is one measured value, by Prometheus's rules of naming.
type Gauge struct {
	Name, Help string
	Labels     map[string]string
	Value      float64
}

// Gauges are the report as numbers, those of one name together.
func (r Report) Gauges() []Gauge {
	var out []Gauge
	each := func(name, help string, value func(Freshness) (float64, bool)) {
		for _, d := range r.Datasets {
			if v, ok := value(d); ok {
				out = append(out, Gauge{name, help, map[string]string{"dataset": d.Dataset, "environment": d.Environment}, v})
			}
		}
	}
	each("landbridge_backup_point_age_seconds", "Age of the last recovery point that holds the dataset.", func(d Freshness) (float64, bool) { return d.Age.Seconds(), !d.Last.IsZero() })
	each("landbridge_backup_rpo_seconds", "Oldest that the last recovery point may be.", func(d Freshness) (float64, bool) { return d.RPO.Seconds(), d.RPO > 0 })
	each("landbridge_backup_rpo_missed", "1 when the dataset misses its recovery point objective.", func(d Freshness) (float64, bool) { return truth(d.Missed), true })
	type kind struct {
		environment string
		workload    protect.Workload
		state       protect.State
	}
	counts, order := map[kind]int{}, []kind{}
	for _, i := range r.Items {
		k := kind{i.Environment, i.Workload, i.State}
		if counts[k]++; counts[k] == 1 {
			order = append(order, k)
		}
	}
	for _, k := range order {
		labels := map[string]string{"environment": k.environment, "workload": string(k.workload), "state": string(k.state)}
		out = append(out, Gauge{"landbridge_backup_items", "Protected items.", labels, float64(counts[k])})
	}
	out = append(out, Gauge{"landbridge_backup_failed_jobs", "Failed jobs in the time that was looked at.", nil, float64(r.Totals.FailedJobs)})
	return append(out, Gauge{"landbridge_backup_unseen", "Subscriptions, vaults and items that could not be seen.", nil, float64(len(r.Gaps))})
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
