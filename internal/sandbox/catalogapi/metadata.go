package catalogapi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

// idForm is what callers may call a thing in a metadata store.
var idForm = bridge.FormOf(`^[a-z0-9-]{4,128}$`)

// createStore makes a metadata store; callers may make only the default one.
func (a *API) createStore(c *call, body map[string]any) (any, *problem) {
	id := c.URL.Query().Get("metadataStoreId")
	if id != "default" {
		return nil, googleapi.Invalid("Only the metadata store with the ID `default` can be created.")
	}
	name := c.parent + "/metadataStores/" + id
	if a.things[name] != nil {
		return nil, exists("MetadataStore", name)
	}
	t := a.add(name, body)
	return a.done(c.parent, "MetadataStore", t.shown()), nil
}

// createNode makes an artifact, an execution or a context.
func (a *API) createNode(c *call, body map[string]any) (any, *problem) {
	kind := singular()[c.kind]
	if p := check(c.kind, body); p != nil {
		return nil, p
	}
	id := c.URL.Query().Get(strings.ToLower(kind) + "Id")
	switch {
	case id == "":
		id = a.number()
	case !idForm().MatchString(id):
		return nil, googleapi.Invalid(fmt.Sprintf("The ID %q must be 4-128 characters of a-z, 0-9 and -.", id))
	}
	if title, _ := body["schemaTitle"].(string); !a.hasSchema(c.parent, title) {
		return nil, googleapi.Absent(fmt.Sprintf("The MetadataSchema with the title %q does not exist.", title))
	}
	name := c.parent + "/" + c.kind + "/" + id
	if a.things[name] != nil {
		return nil, exists(kind, name)
	}
	return a.add(name, body).shown(), nil
}

// hasSchema knows the schemas that every store has, and those that callers made.
func (a *API) hasSchema(store, title string) bool {
	if slices.Contains([]string{
		"", "system.Artifact", "system.Dataset", "system.Model", "system.Metrics", "system.Run", "system.ContainerExecution", "system.CustomJobExecution",
		"system.Experiment", "system.ExperimentRun", "system.Pipeline", "system.PipelineRun", "google.VertexDataset", "google.VertexModel",
	}, title) {
		return true
	}
	for name, t := range a.things {
		if text, _ := t.body["schema"].(string); strings.HasPrefix(name, store+"/metadataSchemas/") && titleOf(text) == title {
			return true
		}
	}
	return false
}

var titleLine = bridge.FormOf(`(?m)^title:\s*(\S+)\s*$`)

// titleOf is by which name a schema is called.
func titleOf(schema string) string {
	if m := titleLine().FindStringSubmatch(schema); m != nil {
		return m[1]
	}
	return ""
}

// What a schema of the caller's own may be called (https://cloud.google.com/vertex-ai/docs/ml-metadata/custom-schemas).
var (
	titleForm   = bridge.FormOf(`^[a-z][a-zA-Z0-9]{1,19}\.[A-Z][a-zA-Z0-9]{1,48}$`)
	versionForm = bridge.FormOf(`^([0-9]+\.[0-9]+\.[0-9]+)?$`)
)

// createSchema makes a schema of the caller's own: YAML whose title names it.
func (a *API) createSchema(c *call, body map[string]any) (any, *problem) {
	text, _ := body["schema"].(string)
	kind, _ := body["schemaType"].(string)
	version, _ := body["schemaVersion"].(string)
	switch {
	case titleOf(text) == "":
		return nil, required("metadata_schema.schema")
	case !titleForm().MatchString(titleOf(text)):
		return nil, googleapi.Invalid(fmt.Sprintf("The schema title %q must have the form namespace.Name.", titleOf(text)))
	case !versionForm().MatchString(version):
		return nil, googleapi.Invalid(fmt.Sprintf("The schema version %q must be three numbers with dots between them.", version))
	case !slices.Contains([]string{"ARTIFACT_TYPE", "EXECUTION_TYPE", "CONTEXT_TYPE"}, kind):
		return nil, required("metadata_schema.schema_type")
	}
	id := c.URL.Query().Get("metadataSchemaId")
	if id == "" {
		id = a.number()
	}
	name := c.parent + "/metadataSchemas/" + id
	if a.things[name] != nil {
		return nil, exists("MetadataSchema", name)
	}
	return a.add(name, body).shown(), nil
}

// addEvents joins artifacts to an execution; an event that is there already is skipped.
func (a *API) addEvents(c *call, body map[string]any) (any, *problem) {
	list, _ := body["events"].([]any)
	wanted := map[string]string{}
	for _, one := range list {
		event, _ := one.(map[string]any)
		artifact, _ := event["artifact"].(string)
		kind, _ := event["type"].(string)
		if kind != "INPUT" && kind != "OUTPUT" {
			return nil, googleapi.Invalid("Invalid value at 'events.type'.")
		}
		name := a.full(artifact)
		if a.things[name] == nil {
			return nil, googleapi.Absent("The Artifact `" + artifact + "` does not exist.")
		}
		wanted[c.name+" "+name] = kind
	}
	for key, kind := range wanted {
		if a.events[key] == "" {
			a.events[key] = kind
		}
	}
	return map[string]any{}, nil
}

// addInside puts artifacts and executions into a context.
func (a *API) addInside(c *call, body map[string]any) (any, *problem) {
	var names []string
	for _, field := range []string{"artifacts", "executions"} {
		list, _ := body[field].([]any)
		for _, one := range list {
			text, _ := one.(string)
			name := a.full(text)
			if a.things[name] == nil || !strings.Contains(name, "/"+field+"/") {
				return nil, googleapi.Absent("The resource `" + text + "` does not exist.")
			}
			names = append(names, name)
		}
	}
	for _, name := range names {
		a.inside[c.name+" "+name] = true
	}
	return map[string]any{}, nil
}

// full is a name with the project's number, which callers may write with its id.
func (a *API) full(name string) string {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) == 3 && parts[0] == "projects" {
		if p, err := a.world.Project(parts[1]); err == nil {
			return "projects/" + p.Number + "/" + parts[2]
		}
	}
	return name
}
