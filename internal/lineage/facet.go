package lineage

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/dataset"
)

// Facets are parts of an event by their names, each one as its own schema has it.
type Facets map[string]Facet

// Facet is one part. Every one has _producer and _schemaURL.
type Facet map[string]any

// Where the schemas of facets are: OpenLineage's, by version, and ours.
const (
	facetSchemas = "https://openlineage.io/spec/facets/"
	ourSchemas   = "https://raw.githubusercontent.com/landbridge/landbridge/main/internal/lineage/"
	project      = "https://github.com/landbridge/landbridge"
)

// Ours is the name of our own run facet; CopyRunFacet.json is its schema.
const Ours = "landbridge_copy"

func (p Producer) url() string { return project + "/tree/" + cmp.Or(p.Version, "main") }

// facet makes one of OpenLineage's. schema is its version and name: "1-0-1/DatasetVersionDatasetFacet".
func (p Producer) facet(schema string, fields Facet) Facet {
	_, name, _ := strings.Cut(schema, "/")
	fields["_producer"], fields["_schemaURL"] = p.url(), facetSchemas+schema+".json#/$defs/"+name
	return fields
}

func (p Producer) runFacets(r Run) Facets {
	out := Facets{
		"processing_engine": p.facet("1-1-1/ProcessingEngineRunFacet", Facet{"name": "Landbridge", "version": cmp.Or(p.Version, "main")}),
		Ours:                p.ours(r),
	}
	if r.Failed != "" {
		out["errorMessage"] = p.facet("1-0-1/ErrorMessageRunFacet", Facet{"message": r.Failed, "programmingLanguage": "Go"})
	}
	if r.Parent.ID != "" {
		job := p.job(Run{Act: r.Parent.Act, Dataset: r.Dataset})
		out["parent"] = p.facet("1-2-0/ParentRunFacet", Facet{"run": map[string]any{"runId": UUID(r.Parent.ID)}, "job": job})
	}
	return out
}

// ours is what no facet of OpenLineage's says: how a copy hangs together with Azure Backup, the audit log and the manifest.
func (p Producer) ours(r Run) Facet {
	out := Facet{"_producer": p.url(), "_schemaURL": ourSchemas + "CopyRunFacet.json#/$defs/CopyRunFacet", "run": r.ID, "act": r.Act, "dataset": r.Dataset}
	for name, text := range map[string]string{
		"mends": r.Mends, "manifest": r.Manifest, "previous": r.Previous,
		"recoveryPoint": r.Point.ID, "protectedItem": r.Point.Item, "vault": r.Point.Vault, "policy": r.Point.Policy, "tier": r.Point.Tier,
	} {
		if text != "" {
			out[name] = text
		}
	}
	if !r.At.IsZero() {
		out["asOf"] = r.At.UTC().Format(time.RFC3339Nano)
	}
	return out
}

func (p Producer) jobFacets(r Run) Facets {
	return Facets{
		"jobType": p.facet("2-0-4/JobTypeJobFacet", Facet{"processingType": "BATCH", "integration": "LANDBRIDGE", "jobType": strings.ToUpper(r.Act)}),
	}
}

// input is what a run reads: its source, or the copy that it verifies.
func (p Producer) input(r Run, d Data) Input {
	out := Input{Name: d.Name(), Facets: p.dataFacets(d), InputFacets: Facets{}}
	if version := r.version(); version != "" {
		out.Facets["version"] = p.facet("1-0-1/DatasetVersionDatasetFacet", Facet{"datasetVersion": version})
	}
	if r.Ended.IsZero() {
		return out
	}
	files, size := r.Changed, r.ChangedBytes
	if !r.writes() {
		files, size = r.Objects, r.Bytes
	}
	out.InputFacets["inputStatistics"] = p.facet("1-0-0/InputStatisticsInputDatasetFacet", Facet{"fileCount": files, "size": size})
	if !r.writes() && len(r.Checks) > 0 {
		out.InputFacets["dataQualityAssertions"] = p.assertions(r.Checks)
	}
	return out
}

// version is which state of its input a run reads: the manifest of a copy; of a source the recovery point, or the time.
func (r Run) version() string {
	switch {
	case !r.writes():
		return cmp.Or(r.Manifest, r.Previous)
	case r.Point.ID != "":
		return r.Point.ID
	case !r.At.IsZero():
		return r.At.UTC().Format(time.RFC3339Nano)
	}
	return r.Began.UTC().Format(time.RFC3339Nano)
}

func (p Producer) assertions(checks []Check) Facet {
	list := make([]any, len(checks))
	for i, c := range checks {
		list[i] = map[string]any{"assertion": c.Level, "success": c.Good(), "expected": c.Expected, "actual": c.Actual}
	}
	return p.facet("1-1-0/DataQualityAssertionsDatasetFacet", Facet{"assertions": list})
}

func (p Producer) output(r Run) Output {
	d := r.Target
	out := Output{Name: d.Name(), Facets: p.dataFacets(d), OutputFacets: Facets{}}
	change := "CREATE"
	if r.Previous != "" || r.Act == Repair {
		change = "OVERWRITE"
	}
	out.Facets["lifecycleStateChange"] = p.facet("1-0-1/LifecycleStateChangeDatasetFacet", Facet{"lifecycleStateChange": change})
	if r.Manifest != "" {
		out.Facets["version"] = p.facet("1-0-1/DatasetVersionDatasetFacet", Facet{"datasetVersion": r.Manifest})
	}
	if !r.Ended.IsZero() {
		out.OutputFacets["outputStatistics"] = p.facet("1-0-2/OutputStatisticsOutputDatasetFacet", Facet{"fileCount": r.Changed, "size": r.ChangedBytes})
	}
	return out
}

// dataFacets are what is true of a place whatever is done with it.
func (p Producer) dataFacets(d Data) Facets {
	out := Facets{
		"dataSource":  p.facet("1-0-1/DatasourceDatasetFacet", Facet{"name": d.Name().Namespace, "uri": d.URL()}),
		"storage":     p.facet("1-0-1/StorageDatasetFacet", Facet{"storageLayer": d.layer()}),
		"datasetType": p.facet("1-0-1/DatasetTypeDatasetFacet", Facet{"datasetType": "FILE"}),
	}
	if d.Place.Store == dataset.Blob || d.Place.Store == dataset.Files { // whose names are not where the bytes are
		link := map[string]any{"namespace": "https://" + d.host(), "name": strings.TrimSuffix(d.Place.Name+"/"+d.Place.Prefix, "/"), "type": "LOCATION"}
		out["symlinks"] = p.facet("1-0-1/SymlinksDatasetFacet", Facet{"identifiers": []any{link}})
	}
	if tags := p.tags(d); len(tags) > 0 {
		out["tags"] = p.facet("1-0-0/TagsDatasetFacet", Facet{"tags": tags})
	}
	return out
}

// Under which keys the tags facet has what is no tag in Azure.
const (
	groupTag        = "azure_resource_group"
	subscriptionTag = "azure_subscription"
)

func (p Producer) tags(d Data) []any {
	source := "AZURE"
	if d.Place.Store == dataset.Bucket {
		source = "GOOGLE"
	}
	var out []any
	for _, t := range [][2]string{{groupTag, d.Group}, {subscriptionTag, d.Subscription}} {
		if t[1] != "" {
			out = append(out, map[string]any{"key": t[0], "value": t[1], "source": source})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(d.Tags)) {
		if !p.Deny.Denies(key) {
			out = append(out, map[string]any{"key": key, "value": d.Tags[key], "source": source})
		}
	}
	return out
}
