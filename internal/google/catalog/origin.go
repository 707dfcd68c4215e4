package catalog

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/lineage"
)

// Origins asks Vertex ML Metadata what each use was made from: other uses, and the copy that was recorded by Record. A use that the store
// does not know, or around which there is too much even nearby, stays as it is. It makes one call for each use that has an artifact.
func (c *Catalog) Origins(ctx context.Context, uses []lineage.Use) ([]lineage.Use, error) {
	out := slices.Clone(uses)
	byArtifact := map[string]string{}
	for _, u := range out {
		if u.Artifact != "" {
			byArtifact[u.Artifact] = u.Name
		}
	}
	for i, u := range out {
		if u.Artifact == "" {
			continue
		}
		graph, err := c.around(ctx, u.Artifact)
		if refused(err, http.StatusNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, a := range graph.before(u.Artifact) {
			if name := byArtifact[a.Name]; name != "" {
				out[i].Inputs = append(out[i].Inputs, name)
			}
			if manifest, ok := a.Metadata["manifest"].(string); ok && isOurs(a.Name) && out[i].Manifest == "" {
				out[i].Manifest = manifest
			}
		}
	}
	return out, nil
}

// nearHops are the steps from a model to the copy that its training read, over a dataset of Vertex AI's: model, training, dataset,
// import, copy.
const nearHops = 4

// around is an artifact's graph; where that is too large for one answer, the part of it that is near.
func (c *Catalog) around(ctx context.Context, artifact string) (Graph, error) {
	graph, err := c.Graph(ctx, artifact, 0)
	if e, ok := errors.AsType[*bridge.Error](err); !ok || e.Code != "FAILED_PRECONDITION" {
		return graph, err
	}
	graph, err = c.Graph(ctx, artifact, nearHops)
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Code == "FAILED_PRECONDITION" {
		return Graph{}, nil
	}
	return graph, err
}

// isOurs says whether an artifact is one of Record's.
func isOurs(name string) bool {
	return strings.HasPrefix(name[strings.LastIndexByte(name, '/')+1:], "landbridge-data-")
}

// before are the artifacts from which one was made, nearest first.
func (g Graph) before(name string) []Artifact {
	var out []Artifact
	seen := map[string]bool{name: true}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		for _, made := range g.Events {
			if made.Type != OutputEvent || made.Artifact != queue[0] {
				continue
			}
			for _, read := range g.Events {
				if read.Type != InputEvent || read.Execution != made.Execution || seen[read.Artifact] {
					continue
				}
				seen[read.Artifact] = true
				queue = append(queue, read.Artifact)
				if i := slices.IndexFunc(g.Artifacts, func(a Artifact) bool { return a.Name == read.Artifact }); i >= 0 {
					out = append(out, g.Artifacts[i])
				}
			}
		}
	}
	return out
}
