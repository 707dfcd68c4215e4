package catalogapi

import (
	"maps"
)

// Seed is a dataset or a model as a test wishes it.
type Seed struct {
	Project, Location string
	Title             string
	URI               string // gs://..., of a dataset's files or a model's folder
	Labels            map[string]string
}

// AddDataset makes a tabular dataset and returns its name.
func (a *API) AddDataset(s Seed) (string, error) {
	return a.seed(s, "datasets", "google.VertexDataset", map[string]any{
		"metadataSchemaUri": "gs://google-cloud-aiplatform/schema/dataset/metadata/tabular_1.0.0.yaml",
		"metadata":          map[string]any{"inputConfig": map[string]any{"gcsSource": map[string]any{"uri": []any{s.URI}}}},
	})
}

// AddModel makes a model and returns its name.
func (a *API) AddModel(s Seed) (string, error) {
	return a.seed(s, "models", "google.VertexModel", map[string]any{"artifactUri": s.URI})
}

func (a *API) seed(s Seed, kind, schema string, body map[string]any) (string, error) {
	p, err := a.world.Project(s.Project)
	if err != nil {
		return "", err
	}
	body["displayName"] = s.Title
	if len(s.Labels) > 0 {
		labels := map[string]any{}
		for k, v := range maps.All(s.Labels) {
			labels[k] = v
		}
		body["labels"] = labels
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.make("projects/"+p.Number+"/locations/"+s.Location, kind, schema, body).name, nil
}
