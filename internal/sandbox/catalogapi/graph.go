package catalogapi

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

// maxGraph is how many artifacts, executions or events one answer may hold.
const maxGraph = 1000

// artifactGraph is all that hangs together with an artifact, or so many hops of it: each hop is one event.
func (a *API) artifactGraph(c *call, _ map[string]any) (any, *problem) {
	query := c.URL.Query()
	if query.Get("filter") != "" {
		return nil, googleapi.Unknown(c.Request)
	}
	hops := -1
	if text := query.Get("maxHops"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, googleapi.Invalid("max_hops must not be negative.")
		}
		hops = n
	}
	nodes := map[string]bool{c.name: true}
	for edge := []string{c.name}; len(edge) > 0 && hops != 0; hops-- {
		var next []string
		for key := range a.events {
			execution, artifact, _ := strings.Cut(key, " ")
			for from, to := range map[string]string{execution: artifact, artifact: execution} {
				if slices.Contains(edge, from) && !nodes[to] {
					nodes[to] = true
					next = append(next, to)
				}
			}
		}
		edge = next
	}
	return a.graph(nodes)
}

// contextGraph is what is in a context.
func (a *API) contextGraph(c *call, _ map[string]any) (any, *problem) {
	nodes := map[string]bool{}
	for key := range a.inside {
		if name, ok := strings.CutPrefix(key, c.name+" "); ok {
			nodes[name] = true
		}
	}
	return a.graph(nodes)
}

// executionGraph is an execution with its artifacts.
func (a *API) executionGraph(c *call, _ map[string]any) (any, *problem) {
	nodes := map[string]bool{c.name: true}
	for key := range a.events {
		if artifact, ok := strings.CutPrefix(key, c.name+" "); ok {
			nodes[artifact] = true
		}
	}
	return a.graph(nodes)
}

// graph answers nodes and the events between them.
func (a *API) graph(nodes map[string]bool) (any, *problem) {
	lists := map[string][]any{}
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		field := "artifacts"
		if strings.Contains(name, "/executions/") {
			field = "executions"
		}
		lists[field] = append(lists[field], a.things[name].shown())
	}
	for _, key := range slices.Sorted(maps.Keys(a.events)) {
		execution, artifact, _ := strings.Cut(key, " ")
		if nodes[execution] && nodes[artifact] {
			lists["events"] = append(lists["events"], map[string]any{"execution": execution, "artifact": artifact, "type": a.events[key], "eventTime": stamp(a.things[execution].created)})
		}
	}
	out := map[string]any{}
	for field, list := range lists {
		if len(list) > maxGraph {
			return nil, precondition("The number of " + field + " exceeds the limit of 1000. Use max_hops to make the lineage subgraph smaller.")
		}
		out[field] = list
	}
	return out, nil
}
