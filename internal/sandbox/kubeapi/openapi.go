package kubeapi

// kubectl asks the OpenAPI documents one thing before it writes: whether the server checks unknown fields itself. They say
// yes for each kind, and nothing else.

func openAPIIndex() any {
	paths := map[string]any{}
	for _, g := range groups() {
		path := "apis/" + g + "/v1"
		if g == "" {
			path = "api/v1"
		}
		paths[path] = map[string]string{"serverRelativeURL": "/openapi/v3/" + path}
	}
	return map[string]any{"paths": paths}
}

func openAPI(group string) any {
	paths := map[string]any{}
	for _, k := range kinds() {
		if k.group != group {
			continue
		}
		path := "/apis/" + k.groupVersion()
		if k.group == "" {
			path = "/api/v1"
		}
		if k.namespaced {
			path += "/namespaces/{namespace}"
		}
		paths[path+"/"+k.resource+"/{name}"] = map[string]any{"patch": map[string]any{
			"x-kubernetes-action":             "patch",
			"x-kubernetes-group-version-kind": map[string]string{"group": k.group, "version": k.version, "kind": k.kind},
			"parameters":                      []any{queryParameter("dryRun"), queryParameter("fieldManager"), queryParameter("fieldValidation"), queryParameter("force")},
			"responses":                       map[string]any{"200": map[string]string{"description": "OK"}},
		}}
	}
	return map[string]any{"openapi": "3.0.0", "info": map[string]string{"title": "Kubernetes", "version": pretended}, "paths": paths}
}

func queryParameter(name string) any {
	return map[string]any{"name": name, "in": "query", "schema": map[string]any{"type": "string", "uniqueItems": true}}
}
