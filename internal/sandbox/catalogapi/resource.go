package catalogapi

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

func (a *API) get(c *call, _ map[string]any) (any, *problem) { return a.things[c.name].shown(), nil }

// list answers a page: 100 things, or as many as pageSize says, from where the token says.
func (a *API) list(c *call, _ map[string]any) (any, *problem) {
	query := c.URL.Query()
	if query.Get("filter") != "" || query.Get("orderBy") != "" {
		return nil, googleapi.Unknown(c.Request)
	}
	var names []string
	prefix := c.parent + "/" + c.kind + "/"
	for name := range a.things {
		if rest, ok := strings.CutPrefix(name, prefix); ok && !strings.Contains(rest, "/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	size, err := strconv.Atoi(query.Get("pageSize"))
	if query.Get("pageSize") != "" && (err != nil || size < 0) {
		return nil, googleapi.Invalid("Invalid value for page_size.")
	}
	if size == 0 || size > 100 {
		size = 100
	}
	if token := query.Get("pageToken"); token != "" {
		after, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return nil, googleapi.Invalid("Invalid page token.")
		}
		from, found := slices.BinarySearch(names, string(after))
		if found {
			from++
		}
		names = names[from:]
	}
	out := map[string]any{}
	if len(names) > size {
		names = names[:size]
		out["nextPageToken"] = base64.RawURLEncoding.EncodeToString([]byte(names[size-1]))
	}
	var items []any
	for _, name := range names {
		items = append(items, a.things[name].shown())
	}
	if items != nil {
		out[c.kind] = items
	}
	return out, nil
}

// patch changes the fields that the mask names; of what is in a metadata store, all fields of the body when there is no mask.
func (a *API) patch(c *call, body map[string]any) (any, *problem) {
	if p := check(c.kind, body); p != nil {
		return nil, p
	}
	t := a.things[c.name]
	if etag, _ := body["etag"].(string); etag != "" && etag != t.tag() {
		return nil, precondition(fmt.Sprintf("The etag %q does not match the server's etag of `%s`.", etag, c.name))
	}
	mask, p := a.mask(c, body)
	if p != nil {
		return nil, p
	}
	next := maps.Clone(t.body)
	for _, field := range mask {
		if v, given := body[field]; given {
			next[field] = v
		} else {
			delete(next, field)
		}
	}
	t.body, t.updated, t.etag = next, a.world.Now(), t.etag+1
	return t.shown(), nil
}

// mask reads which fields a patch may change.
func (a *API) mask(c *call, body map[string]any) ([]string, *problem) {
	may := []string{"displayName", "description", "labels"}
	if c.store != "" {
		may = append(may, "metadata", "state", "uri")
	}
	text := c.URL.Query().Get("updateMask")
	if text == "" && c.store == "" {
		return nil, googleapi.Invalid("update_mask is required.")
	}
	if text == "" {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(body)), func(f string) bool { return !slices.Contains(may, f) }), nil
	}
	var mask []string
	for field := range strings.SplitSeq(text, ",") {
		field = camel(field)
		if !slices.Contains(may, field) {
			return nil, googleapi.Invalid(fmt.Sprintf("Field %q in the update mask cannot be updated.", field))
		}
		mask = append(mask, field)
	}
	return mask, nil
}

// camel is display_name as displayName: masks are written either way.
func camel(s string) string {
	parts := strings.Split(s, "_")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}

func precondition(message string) *problem {
	return &problem{Code: http.StatusBadRequest, Status: "FAILED_PRECONDITION", Message: message}
}

func exists(kind, name string) *problem {
	return &problem{Code: http.StatusConflict, Status: "ALREADY_EXISTS", Message: fmt.Sprintf("%s `%s` already exists.", kind, name)}
}

func required(field string) *problem {
	return googleapi.Invalid("List of found errors:\t1.Field: " + field + "; Message: Required field is not set.\t")
}

// createDataset makes one, with its artifact in the metadata store.
func (a *API) createDataset(c *call, body map[string]any) (any, *problem) {
	for _, field := range []string{"displayName", "metadataSchemaUri", "metadata"} {
		if body[field] == nil {
			return nil, required("dataset." + field)
		}
	}
	if p := check("datasets", body); p != nil {
		return nil, p
	}
	t := a.make(c.parent, "datasets", "google.VertexDataset", body)
	return a.done(c.parent, "Dataset", t.shown()), nil
}

// uploadModel makes a model, with its artifact in the metadata store.
func (a *API) uploadModel(c *call, body map[string]any) (any, *problem) {
	model, _ := body["model"].(map[string]any)
	if model["displayName"] == nil {
		return nil, required("model.displayName")
	}
	if p := check("models", model); p != nil {
		return nil, p
	}
	t := a.make(c.parent, "models", "google.VertexModel", model)
	return a.done(c.parent, "UploadModelResponse", map[string]any{"model": t.name, "modelVersionId": "1"}), nil
}

// make adds a dataset or a model and the artifact that Vertex AI makes of it. The caller holds the lock.
func (a *API) make(parent, kind, schema string, body map[string]any) *thing {
	id, store := a.number(), parent+"/metadataStores/default"
	if a.things[store] == nil {
		a.add(store, map[string]any{})
	}
	title, _ := body["displayName"].(string)
	uri := "https://aiplatform.googleapis.com/v1/" + parent + "/" + kind + "/" + id
	artifact := a.add(store+"/artifacts/"+a.number(), map[string]any{
		"displayName": title, "uri": uri, "schemaTitle": schema, "schemaVersion": "0.0.1", "state": "LIVE", "metadata": map[string]any{"resourceName": parent + "/" + kind + "/" + id},
	})
	body["metadataArtifact"] = artifact.name
	return a.add(parent+"/"+kind+"/"+id, body)
}
