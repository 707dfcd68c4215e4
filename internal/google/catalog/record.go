package catalog

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/landbridge/landbridge/internal/lineage"
)

// Record tells Vertex ML Metadata of a run that has ended: an artifact for each state of data that it read, the copy before among them,
// one for the copy that it wrote, the run as the execution between them, and all of them in the context of the Azure resource group. Every id is made of the run's own facts, so that a second
// call changes nothing. It returns the output's full name, the input's for a run that writes nothing.
func (c *Catalog) Record(ctx context.Context, r lineage.Run) (string, error) {
	if err := c.ensureStore(ctx); err != nil {
		return "", err
	}
	execution := c.store() + "/executions/" + id("run", r.ID)
	if err := c.ensureExecution(ctx, id("run", r.ID), executionOf(r)); err != nil {
		return "", err
	}
	var events []Event
	for _, a := range c.artifacts(r) {
		if err := c.create(ctx, c.store()+"/artifacts", "artifactId", a.id, a.Artifact, nil); err != nil {
			return "", err
		}
		events = append(events, Event{Artifact: c.store() + "/artifacts/" + a.id, Type: a.event})
	}
	err := c.do(ctx, call{
		method: http.MethodPost, endpoint: c.vertex, path: "/v1/" + execution + ":addExecutionEvents", body: map[string]any{"events": events}, about: vertexAI,
	}, nil)
	if err != nil {
		return "", err
	}
	last := events[len(events)-1].Artifact
	if r.Source.Group == "" {
		return last, nil
	}
	return last, c.group(ctx, r.Source, execution, events)
}

// artifact is an artifact under its id, and which way it goes.
type artifact struct {
	id, event string
	Artifact
}

// Schemas that every metadata store has.
const (
	datasetSchema = "system.Dataset"
	runSchema     = "system.Run"
	schemaVersion = "0.0.1"
)

// artifacts are what a run read, and last what it wrote. One that wrote nothing that can be trusted has no manifest.
func (c *Catalog) artifacts(r lineage.Run) []artifact {
	if r.Act == lineage.Verify {
		return []artifact{copyOf(r, cmp.Or(r.Manifest, r.Previous), InputEvent)}
	}
	out := []artifact{c.source(r)}
	if r.Previous != "" { // what did not change is from there
		before := copyOf(r, r.Previous, InputEvent)
		delete(before.Metadata, "objects") // how much that was is known to the run that made it
		delete(before.Metadata, "bytes")
		out = append(out, before)
	}
	if r.Manifest != "" {
		out = append(out, copyOf(r, r.Manifest, OutputEvent))
	}
	return out
}

// copyOf is an artifact of the dataset's copy as one manifest has it.
func copyOf(r lineage.Run, manifest, event string) artifact {
	return artifact{ArtifactID(r.Target, manifest), event, Artifact{
		DisplayName: clip(r.Dataset), URI: r.Target.URL(), State: "LIVE", SchemaTitle: datasetSchema, SchemaVersion: schemaVersion,
		Metadata: map[string]any{"dataset": r.Dataset, "manifest": manifest, "objects": r.Objects, "bytes": r.Bytes},
	}}
}

// ArtifactID is under which id a state of a place is recorded: version is the manifest's digest of a copy.
func ArtifactID(d lineage.Data, version string) string { return id("data", d.URL(), version) }

// source is the state of its source that a run read, with the tags that are not held back.
func (c *Catalog) source(r lineage.Run) artifact {
	version, metadata := sourceVersion(r), map[string]any{"dataset": r.Dataset}
	for name, text := range map[string]string{
		"recovery_point": r.Point.ID, "protected_item": r.Point.Item, "vault": r.Point.Vault, "policy": r.Point.Policy, "tier": r.Point.Tier,
		"subscription": r.Source.Subscription, "resource_group": r.Source.Group, "as_of": asOf(r).UTC().Format(time.RFC3339Nano),
	} {
		if text != "" {
			metadata[name] = text
		}
	}
	labels, tags := map[string]string{}, map[string]string{}
	folded, _ := c.options.Folding.Fold(r.Source.Group, r.Source.Tags)
	for _, l := range folded[:min(len(folded), maxLabels)] { // the others are in tags, as all of them are
		labels[l.Key] = l.Value
	}
	for _, l := range folded {
		tags[l.Tag] = l.Text
	}
	if len(tags) > 0 {
		metadata["azure_tags"] = tags
	}
	return artifact{ArtifactID(r.Source, version), InputEvent, Artifact{
		DisplayName: clip(r.Dataset + " in Azure"), URI: r.Source.URL(), State: "LIVE", SchemaTitle: datasetSchema, SchemaVersion: schemaVersion, Metadata: metadata,
		Labels: labels,
	}}
}

// sourceVersion is which state of the source a run read.
func sourceVersion(r lineage.Run) string {
	return cmp.Or(r.Point.ID, asOf(r).UTC().Format(time.RFC3339Nano))
}

// asOf is the time of the source that a run copied.
func asOf(r lineage.Run) time.Time {
	if r.At.IsZero() {
		return r.Began
	}
	return r.At
}

func executionOf(r lineage.Run) Execution {
	state := "COMPLETE"
	switch {
	case r.Cancelled:
		state = "CANCELLED"
	case r.Failed != "":
		state = "FAILED"
	}
	metadata := map[string]any{
		"run": r.ID, "act": r.Act, "dataset": r.Dataset, "began": r.Began.UTC().Format(time.RFC3339Nano), "ended": r.Ended.UTC().Format(time.RFC3339Nano),
		"changed": r.Changed, "changed_bytes": r.ChangedBytes,
	}
	for name, text := range map[string]string{
		"manifest": r.Manifest, "previous": r.Previous, "mends": r.Mends, "recovery_point": r.Point.ID, "error": r.Failed,
	} {
		if text != "" {
			metadata[name] = text
		}
	}
	for _, check := range r.Checks {
		metadata["check_"+check.Level] = check.Actual
	}
	return Execution{DisplayName: clip("landbridge " + r.Act + " " + r.Dataset), State: state, SchemaTitle: runSchema, SchemaVersion: schemaVersion, Metadata: metadata}
}

// groupSchema is what a context for an Azure resource group is one of. It is ours: the system's own would list it as an experiment.
const groupSchema = "title: landbridge.AzureResourceGroup\ntype: object\n"

// group puts a run into the context of its Azure resource group.
func (c *Catalog) group(ctx context.Context, d lineage.Data, execution string, events []Event) error {
	err := c.create(ctx, c.store()+"/metadataSchemas", "metadataSchemaId", "landbridge-azure-resource-group", map[string]any{
		"schema": groupSchema, "schemaType": "CONTEXT_TYPE", "schemaVersion": schemaVersion,
	}, nil)
	if err != nil {
		return err
	}
	name := id("group", d.Subscription, d.Group)
	err = c.create(ctx, c.store()+"/contexts", "contextId", name, metadataContext{
		DisplayName: clip("Azure resource group " + d.Group), SchemaTitle: "landbridge.AzureResourceGroup", SchemaVersion: schemaVersion,
		Metadata: map[string]any{"subscription": d.Subscription, "resource_group": d.Group},
	}, nil)
	if err != nil {
		return err
	}
	artifacts := make([]string, len(events))
	for i, e := range events {
		artifacts[i] = e.Artifact
	}
	return c.do(ctx, call{
		method: http.MethodPost, endpoint: c.vertex, path: "/v1/" + c.store() + "/contexts/" + name + ":addContextArtifactsAndExecutions", about: vertexAI,
		body: map[string]any{"artifacts": artifacts, "executions": []string{execution}},
	}, nil)
}

// clip keeps a display name to the 128 characters that Vertex AI takes.
func clip(s string) string {
	if r := []rune(s); len(r) > 128 {
		return string(r[:128])
	}
	return s
}

func decimal(n int) string { return strconv.Itoa(n) }
