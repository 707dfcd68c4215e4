// Package catalog tells Google's catalogs where copies come from, and asks them what uses the copies: Vertex ML Metadata, the Data
// Lineage API, and labels of Vertex AI's datasets and models and of buckets. It also hands OpenLineage events to other consumers.
//
// Runs, events and labels enter; artifacts, executions and differences leave, with the identity that a bridge.Leaser hands out. Every
// call is one attempt whose error says whether another may help, and what was done before is found again and not done twice. It must
// never change a label that is not ours, nor send an event that is too large for its consumer.
package catalog

import (
	"cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/lineage"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options configure New. HTTP, Leaser, Project and Location are required.
type Options struct {
	HTTP     *wire.Client // its MaxBody should be 16 MiB or more: a graph has up to 1,000 artifacts
	Leaser   bridge.Leaser
	Project  string // id or number
	Location string // of Vertex AI: us-central1
	// LineageLocation is where the Data Lineage API keeps events; Location when empty. It may be a multi-region: us, eu.
	LineageLocation string
	// Folding makes labels of Azure's tags. lineage.Mark keeps ours apart from those of others.
	Folding lineage.Folding
	// Endpoints replace https://LOCATION-aiplatform.googleapis.com, https://datalineage.googleapis.com and
	// https://storage.googleapis.com.
	VertexEndpoint, LineageEndpoint, StorageEndpoint string
	// QuotaProject pays for the calls, where the identity's own does not.
	QuotaProject string
}

// Catalog is the catalogs of one project in one location. It is safe for use from many goroutines.
type Catalog struct {
	options                  Options
	vertex, lineage, storage string // endpoints
	parent                   string // projects/P/locations/L
}

var (
	projectForm  = bridge.FormOf(`^[a-z0-9.:-]{1,64}$`)
	locationForm = bridge.FormOf(`^[a-z0-9-]{2,32}$`)
)

// New returns a catalog. It makes no call.
func New(o Options) (*Catalog, error) {
	o.LineageLocation = cmp.Or(o.LineageLocation, o.Location)
	switch {
	case !projectForm().MatchString(o.Project):
		return nil, usage("project_refused", "the catalog's project is not a project's id or number", "name it as gcloud projects list does")
	case !locationForm().MatchString(o.Location), !locationForm().MatchString(o.LineageLocation):
		return nil, usage("location_refused", "the catalog's location is not one of Google's", "name a region as us-central1")
	}
	c := &Catalog{options: o, parent: "projects/" + o.Project + "/locations/" + o.Location}
	var err error
	for _, e := range []struct {
		into                 *string
		name, override, host string
	}{
		{&c.vertex, "vertex ai", o.VertexEndpoint, google.VertexHost(o.Location, google.DefaultUniverse)},
		{&c.lineage, "data lineage", o.LineageEndpoint, "datalineage." + google.DefaultUniverse},
		{&c.storage, "cloud storage", o.StorageEndpoint, "storage." + google.DefaultUniverse},
	} {
		if *e.into, err = google.Endpoint(e.name, e.override, e.host); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func usage(code, text, hint string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopCatalog, Code: code, Text: text, Hint: hint}
}
