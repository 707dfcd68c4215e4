package vertex

import (
	"fmt"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/prompt"
)

// pathOf is the one path of a target in a location.
func pathOf(t *prompt.Target, location string) (string, error) {
	if err := check(t, location); err != nil {
		return "", err
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

// check judges what a path is made of. No part can hold a slash, a dot segment, an escape or a control character. It is
// asked for each attempt, and so it is no regular expression.
func check(t *prompt.Target, location string) error {
	name, value := "", ""
	switch {
	case t.Version != "v1" && t.Version != "v1beta1":
		name, value = "version", t.Version
	case !made(t.Project, "-.:"):
		name, value = "project", t.Project
	case !made(location, "-"):
		name, value = "location", location
	case t.Publisher != "" && !made(t.Publisher, "-"):
		name, value = "publisher", t.Publisher
	case t.Publisher != "" && !made(t.Model, "-._@"):
		name, value = "model", t.Model
	case t.Endpoint != "" && !made(t.Endpoint, "-"):
		name, value = "endpoint", t.Endpoint
	case t.Collection != "" && !madeAll(t.Collection):
		name, value = "collection", t.Collection
	case t.Method != chatCompletions && !made(t.Method, ""):
		name, value = "method", t.Method
	default:
		return nil
	}
	return targetRefused(fmt.Sprintf("%q is not a %s of vertex ai", value, name))
}

// made says whether a text begins with a letter or digit and has nothing but those and more, 128 in all.
func made(text, more string) bool {
	if text == "" || len(text) > 128 || strings.IndexByte(more, text[0]) >= 0 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(more, c) < 0 {
			return false
		}
	}
	return true
}

func madeAll(collection string) bool {
	for part := range strings.SplitSeq(collection, "/") {
		if !made(part, "-._@") {
			return false
		}
	}
	return true
}

// chatCompletions is the one method that follows a slash.
const chatCompletions = "chat/completions"

// collectionPath is the path of a resource that is no model. Those of the model garden belong to no project.
func collectionPath(t *prompt.Target, parent string) string {
	if strings.HasPrefix(t.Collection, "publishers/") {
		parent = "/" + t.Version + "/"
	}
	switch t.Method {
	case "create", "get", "list", "patch", "delete":
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
