package catalog

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/lineage"
)

// Origins asks Vertex ML Metadata what each use was made from: other uses, and the copy that was recorded by Record. A use that the store
// does not know, or whose graph is too large for it, stays as it is. It makes one call for each use that has an artifact.
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
		graph, err := c.Graph(ctx, u.Artifact, 0)
		if refused(err, http.StatusNotFound, http.StatusBadRequest) {
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
