package policy

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/prompt"
)

// modelMethods are the methods of publisher models and endpoints: custom methods after the colon, and the OpenAI form.
var modelMethods = []string{
	"generateContent", "streamGenerateContent", "countTokens", "computeTokens", "embedContent", "batchEmbedContents",
	"predict", "rawPredict", "streamRawPredict", "serverStreamingPredict", "directPredict", "directRawPredict", "explain",
	"predictLongRunning", "fetchPredictOperation", "chat/completions",
}

// defaultMethods are those of a rule that names none.
var defaultMethods = []string{"generateContent", "streamGenerateContent", "countTokens"}

// collections are the other methods, a resource and its verbs a line: ids of the discovery documents
// aiplatform.googleapis.com v1 and v1beta1 without "aiplatform.projects.locations.". Long-running operations, which hang
// under most resources, are left out.
//
//go:embed collections.txt
var collections string

// knownMethods are the names that a rule may write: those of models, then those of collections.
var knownMethods = sync.OnceValue(func() []string {
	out := slices.Clone(modelMethods)
	for line := range strings.Lines("operations\n" + collections) {
		words := strings.Fields(line)
		for _, verb := range words[1:] {
			out = append(out, words[0]+"."+verb)
		}
		under := strings.TrimPrefix(words[0]+".operations", "operations.")
		for _, verb := range []string{"get", "list", "cancel", "delete", "wait"} {
			out = append(out, under+"."+verb)
		}
	}
	return out
})

// methodMatch holds a method against patterns. One without a dot is about models: * alone never opens a collection.
func methodMatch(globs []glob, method string) bool {
	for i := range globs {
		if globs[i].match(method) && (!ofCollection(method) || ofCollection(globs[i].text)) {
			return true
		}
	}
	return false
}

func ofCollection(method string) bool { return strings.Contains(method, ".") }

// MethodName is how rules call a target's method: generateContent, chat/completions, or RESOURCE.VERB for a collection,
// where "tuningJobs/123/operations/4" is of the resource tuningJobs.operations. What is done to a model or an endpoint
// rather than asked of it has such a name too: endpoints.deployModel.
func MethodName(t *prompt.Target) string {
	switch {
	case t.Collection != "":
		return resource(t.Collection) + "." + t.Method
	case slices.Contains(modelMethods, t.Method):
		return t.Method
	case t.Endpoint != "":
		return "endpoints." + t.Method
	default:
		return "publishers.models." + t.Method
	}
}

// resource is a collection's path without its ids.
func resource(path string) string {
	parts := strings.Split(path, "/")
	names := parts[:0]
	for i := 0; i < len(parts); i += 2 {
		names = append(names, parts[i])
	}
	return strings.Join(names, ".")
}

// openAPI is the endpoint that has no model of its own: it asks the publisher model that the body names.
const openAPI = "openapi"

// ModelName is how rules and prices call what a target asks: PUBLISHER/MODEL or endpoints/ID; "" for a collection
// whose body names none. Of the endpoint openapi it is the model that the body names, which then stands in Publisher and Model; of any other endpoint
// what a body says of models changes nothing.
func ModelName(t *prompt.Target) string {
	switch {
	case t.Endpoint != "" && (t.Endpoint != openAPI || t.Model == ""):
		return "endpoints/" + t.Endpoint
	case t.Model != "":
		return t.Publisher + "/" + t.Model
	default:
		return ""
	}
}
