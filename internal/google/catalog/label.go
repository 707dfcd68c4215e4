package catalog

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/lineage"
)

// labelled is something with labels, and what must still hold when they are written.
type labelled struct {
	Labels         map[string]string `json:"labels"`
	Etag           string            `json:"etag,omitempty"`
	Metageneration string            `json:"metageneration,omitempty"`
}

// maxLabels is how many labels a resource may have (https://cloud.google.com/resource-manager/docs/labels-overview#requirements).
const maxLabels = 64

var resourceForm = bridge.FormOf(`^projects/[^/]+/locations/[^/]+/(datasets|models)/[^/:?#]+$`)

// Differences says how the labels of a Vertex AI dataset, a model or a bucket (gs://NAME) differ from the tags and the resource group of
// a source in Azure.
func (c *Catalog) Differences(ctx context.Context, name string, source lineage.Data) ([]lineage.Difference, error) {
	have, err := c.labels(ctx, name)
	if err != nil {
		return nil, err
	}
	return c.compare(source, have), nil
}

func (c *Catalog) compare(source lineage.Data, have labelled) []lineage.Difference {
	labels, _ := c.options.Folding.Fold(source.Group, source.Tags)
	return c.options.Folding.Compare(labels, have.Labels)
}

// Align writes the labels that are missing, and those under our own keys that have other values, under the precondition that nobody has
// changed the resource since they were read. It returns the differences that are left: labels of somebody else's, and ours that Azure has
// no tags for any more.
func (c *Catalog) Align(ctx context.Context, name string, source lineage.Data) ([]lineage.Difference, error) {
	have, err := c.labels(ctx, name)
	if err != nil {
		return nil, err
	}
	differences := c.compare(source, have)
	set := lineage.Writes(differences)
	if len(set) == 0 {
		return differences, nil
	}
	if err := c.write(ctx, name, have, set); err != nil {
		return differences, err
	}
	var left []lineage.Difference
	for _, d := range differences {
		if _, written := set[d.Key]; !written {
			left = append(left, d)
		}
	}
	return left, nil
}

// target is where a resource's labels are.
func (c *Catalog) target(name string) (call, error) {
	if bucket, ok := strings.CutPrefix(name, "gs://"); ok && bucket != "" && !strings.ContainsAny(bucket, "/?#%") {
		return call{endpoint: c.storage, path: "/storage/v1/b/" + bucket, about: cloudStorage}, nil
	}
	if resourceForm().MatchString(name) {
		return call{endpoint: c.vertex, path: "/v1/" + name, about: vertexAI}, nil
	}
	return call{}, usage("resource_refused", "labels are aligned on Vertex AI's datasets, its models and on buckets, and not on "+name, "name it projects/P/locations/L/datasets/ID, .../models/ID or gs://BUCKET")
}

func (c *Catalog) labels(ctx context.Context, name string) (labelled, error) {
	r, err := c.target(name)
	if err != nil {
		return labelled{}, err
	}
	r.method = http.MethodGet
	var have labelled
	err = c.do(ctx, r, &have)
	return have, err
}

// write sets labels besides those that are there.
func (c *Catalog) write(ctx context.Context, name string, have labelled, set map[string]string) error {
	r, err := c.target(name)
	if err != nil {
		return err
	}
	all := maps.Clone(have.Labels)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, set)
	if len(all) > maxLabels {
		return usage("too_many_labels", fmt.Sprintf("%s would have %d labels, and may have %d", name, len(all), maxLabels), "hold tags back: lineage.deny")
	}
	r.method = http.MethodPatch
	if r.about == cloudStorage { // which merges labels itself
		r.query = url.Values{"ifMetagenerationMatch": {have.Metageneration}, "fields": {"name"}}
		r.body = labelled{Labels: set}
	} else {
		r.query = url.Values{"updateMask": {"labels"}}
		r.body = labelled{Labels: all, Etag: have.Etag}
	}
	return overtaken(c.do(ctx, r, nil), "the labels of "+name)
}
