package googleadmin

import (
	"maps"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// begin answers with a long-running operation on a pool or provider.
func (a *admin) begin(resource, kind string, response map[string]any) map[string]any {
	typed := maps.Clone(response)
	typed["@type"] = mediaType + "google.iam.v1." + kind
	return a.operationJSON(a.world.AddOperation(world.Operation{
		Name: resource + "/operations/" + world.GUID(), Resource: resource, Response: typed,
		Metadata: map[string]any{"@type": mediaType + "google.iam.v1." + kind + "OperationMetadata"},
	}))
}

func (a *admin) operationJSON(o world.Operation) map[string]any {
	out := map[string]any{"name": o.Name, "metadata": o.Metadata}
	if !a.world.Now().Before(o.Ready) {
		out["done"], out["response"] = true, o.Response
	}
	return out
}

func (a *admin) getOperation(c *call) (any, *problem) {
	resource := c.poolName()
	if c.inner != "" {
		resource = c.providerName()
	}
	path := c.URL.Path
	o, err := a.world.Operation(resource + path[len(path)-len("/operations/")-len(world.GUID()):])
	if err != nil || o.Resource != resource {
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	return a.operationJSON(o), nil
}
