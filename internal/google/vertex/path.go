package vertex

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// What a path is made of. No part can hold a slash, a dot segment, an escape or a control character.
var (
	versionForm    = regexp.MustCompile(`^v1(beta1)?$`)
	projectForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9.:-]{0,62}$`)
	locationForm   = regexp.MustCompile(`^[a-z]+(-[a-z]+[0-9]+)?$`)
	publisherForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	idForm         = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$`)
	collectionForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9._@-]*){0,7}$`)
	methodForm     = regexp.MustCompile(`^[a-zA-Z]{1,64}$`)
)

// pathOf is the one path of a target in a location.
func pathOf(t *prompt.Target, location string) (string, error) {
	for _, part := range []struct {
		form        *regexp.Regexp
		name, value string
		absent      bool
	}{
		{versionForm, "version", t.Version, false},
		{projectForm, "project", t.Project, false},
		{locationForm, "location", location, false},
		{publisherForm, "publisher", t.Publisher, t.Publisher == ""},
		{idForm, "model", t.Model, t.Publisher == ""},
		{idForm, "endpoint", t.Endpoint, t.Endpoint == ""},
		{collectionForm, "collection", t.Collection, t.Collection == ""},
		{methodForm, "method", t.Method, t.Method == chatCompletions},
	} {
		if !part.absent && !part.form.MatchString(part.value) {
			return "", targetRefused(fmt.Sprintf("%q is not a %s of vertex ai", part.value, part.name))
		}
	}
	parent := "/" + t.Version + "/projects/" + t.Project + "/locations/" + location + "/"
	switch {
	case t.Publisher != "" && t.Endpoint == "" && t.Collection == "" && t.Method != chatCompletions:
		return parent + "publishers/" + t.Publisher + "/models/" + t.Model + ":" + t.Method, nil
	case t.Endpoint != "" && t.Publisher == "" && t.Collection == "":
		if t.Method == chatCompletions {
			return parent + "endpoints/" + t.Endpoint + "/" + chatCompletions, nil
		}
		return parent + "endpoints/" + t.Endpoint + ":" + t.Method, nil
	case t.Collection != "" && t.Publisher == "" && t.Endpoint == "":
		return collectionPath(t, parent), nil
	}
	return "", targetRefused("the call names no model, endpoint or collection, or more than one")
}

// chatCompletions is the one method that follows a slash.
const chatCompletions = "chat/completions"

// collectionPath is the path of a resource that is no model. Those of the model garden belong to no project.
func collectionPath(t *prompt.Target, parent string) string {
	if strings.HasPrefix(t.Collection, "publishers/") {
		parent = "/" + t.Version + "/"
	}
	switch t.Method {
	case "create", "get", "list", "update", "patch", "delete":
		return parent + t.Collection // HTTP's verb says it
	}
	return parent + t.Collection + ":" + t.Method
}

func targetRefused(text string) error {
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopVertex, Code: "target_invalid", Text: text,
		Hint: "name it as projects/PROJECT/locations/LOCATION/publishers/PUBLISHER/models/MODEL:METHOD does",
	}
}
