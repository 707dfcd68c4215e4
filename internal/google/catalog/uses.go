package catalog

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/lineage"
)

// listed is a dataset or a model as Vertex AI lists it.
type listed struct {
	Name             string
	DisplayName      string
	Labels           map[string]string
	CreateTime       time.Time
	Metadata         any    // of a dataset: where its files are
	ArtifactURI      string `json:"artifactUri"` // of a model
	MetadataArtifact string
}

// Uses lists Vertex AI's datasets and models of the project in the location, with where their bytes are.
func (c *Catalog) Uses(ctx context.Context) ([]lineage.Use, error) {
	var out []lineage.Use
	for _, kind := range []struct{ kind, collection string }{{lineage.UseDataset, "datasets"}, {lineage.UseModel, "models"}} {
		err := c.pages(ctx, vertexAI, c.vertex, "/v1/"+c.parent+"/"+kind.collection, url.Values{"pageSize": {"100"}}, kind.collection, func(raw json.RawMessage) error {
			var l listed
			if err := json.Unmarshal(raw, &l); err != nil {
				return err
			}
			out = append(out, lineage.Use{
				Kind: kind.kind, Name: l.Name, Title: l.DisplayName, Labels: l.Labels, Created: l.CreateTime, Artifact: l.MetadataArtifact,
				URIs: gcsURIs(l.Metadata, gcsURIs(l.ArtifactURI, nil)),
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// gcsURIs are the gs:// URIs in a value of JSON. Vertex AI has one schema of metadata for each type of dataset, and they have the files in
// different fields.
func gcsURIs(v any, found []string) []string {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, "gs://") && !slices.Contains(found, v) {
			found = append(found, v)
		}
	case []any:
		for _, one := range v {
			found = gcsURIs(one, found)
		}
	case map[string]any:
		for _, one := range v {
			found = gcsURIs(one, found)
		}
	}
	slices.Sort(found)
	return found
}

// Buckets lists the project's buckets.
func (c *Catalog) Buckets(ctx context.Context) ([]lineage.Use, error) {
	var out []lineage.Use
	query := url.Values{"project": {c.options.Project}, "fields": {"nextPageToken,items(name,labels,timeCreated)"}}
	err := c.pages(ctx, cloudStorage, c.storage, "/storage/v1/b", query, "items", func(raw json.RawMessage) error {
		var b struct {
			Name        string
			Labels      map[string]string
			TimeCreated time.Time
		}
		if err := json.Unmarshal(raw, &b); err != nil {
			return err
		}
		out = append(out, lineage.Use{Kind: lineage.UseBucket, Name: "gs://" + b.Name, URIs: []string{"gs://" + b.Name + "/"}, Labels: b.Labels, Created: b.TimeCreated})
		return nil
	})
	return out, err
}

// maxPages ends a listing whose pages never end.
const maxPages = 10_000

// pages reads every item of a listing.
func (c *Catalog) pages(ctx context.Context, about service, endpoint, path string, query url.Values, field string, item func(json.RawMessage) error) error {
	for range maxPages {
		var page map[string]json.RawMessage
		if err := c.do(ctx, call{method: http.MethodGet, endpoint: endpoint, path: path, query: query, about: about}, &page); err != nil {
			return err
		}
		var items []json.RawMessage
		var next string
		for name, into := range map[string]any{field: &items, "nextPageToken": &next} {
			if page[name] != nil {
				if err := json.Unmarshal(page[name], into); err != nil {
					return unusable(endpoint, err)
				}
			}
		}
		for _, one := range items {
			if err := item(one); err != nil {
				return unusable(endpoint, err)
			}
		}
		if next == "" {
			return nil
		}
		query.Set("pageToken", next)
	}
	return unusable(endpoint, nil)
}
