package googleapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/answer"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi/message"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

var resourceForm = bridge.FormOf(`^(projects/([^/]+)/locations/([^/]+)/(batchPredictionJobs|tuningJobs|cachedContents))(?:/([^/:]+))?(:cancel)?$`)

// resourceKind is a kind of thing that callers of Vertex AI make and look at later.
type resourceKind struct {
	service  string   // JobService
	what     string   // BatchPredictionJob
	required []string // fields that must be given
	optional []string
}

func resourceKinds() map[string]resourceKind {
	return map[string]resourceKind{
		"batchPredictionJobs": {
			"JobService", "BatchPredictionJob",
			[]string{"displayName", "inputConfig", "outputConfig"},
			[]string{"model", "labels", "modelParameters", "dedicatedResources", "instanceConfig", "encryptionSpec", "serviceAccount"},
		},
		"tuningJobs": {
			"GenAiTuningService", "TuningJob",
			[]string{"baseModel", "supervisedTuningSpec"},
			[]string{"tunedModelDisplayName", "description", "labels", "encryptionSpec", "serviceAccount"},
		},
		"cachedContents": {
			"GenAiCacheService", "CachedContent",
			[]string{"model", "contents"},
			[]string{"displayName", "systemInstruction", "tools", "toolConfig", "ttl", "expireTime", "encryptionSpec"},
		},
	}
}

// leastCached is how many tokens are worth a cache.
const leastCached = 1024

// serveResource makes, shows, lists, cancels and deletes jobs and cached contents. m is the path, taken apart.
func (a *API) serveResource(rw http.ResponseWriter, r *http.Request, version string, m []string) {
	kind, id := m[4], m[5]
	verb := map[string]string{"POST": "create", "GET": "list", "GET/": "get", "DELETE/": "delete", "POST/:cancel": "cancel"}[r.Method+strings.Repeat("/", min(1, len(id)))+m[6]]
	about := resourceKinds()[kind]
	if verb == "" || verb == "cancel" && kind == "cachedContents" {
		unknown(r).write(rw)
		return
	}
	t := target{resource: strings.TrimSuffix(m[0], m[6]), project: m[2], location: m[3]}
	method := "google.cloud.aiplatform." + version + "." + about.service + "." + strings.ToUpper(verb[:1]) + verb[1:] + about.what
	grant, project, p := a.admitLocation(r, method, "aiplatform."+kind+"."+verb, t)
	if p != nil {
		p.write(rw)
		return
	}
	rw.Header().Set(CallerHeader, callerLine(grant))
	collection := "projects/" + project.Number + "/locations/" + t.location + "/" + kind
	name := collection + "/" + id
	var out any
	switch verb {
	case "create":
		out, p = a.createResource(r, about, collection)
	case "list":
		out = map[string]any{kind: shownAll(a.world, collection)}
	case "get":
		found, err := a.world.Resource(name)
		out, p = shown(a.world, found), absent(about, t.resource, err)
	case "delete":
		out, p = map[string]any{}, absent(about, t.resource, a.world.EndResource(name, nil))
	case "cancel":
		out, p = map[string]any{}, absent(about, t.resource, a.world.EndResource(name, func(body map[string]any) { body["state"] = "JOB_STATE_CANCELLED" }))
	}
	Answer(rw, out, p)
}

func absent(about resourceKind, name string, err error) *problem {
	if err == nil {
		return nil
	}
	return notFound("The " + about.what + " \"" + name + "\" does not exist.")
}

func (a *API) createResource(r *http.Request, about resourceKind, collection string) (any, *problem) {
	raw, p := readBody(r)
	if p != nil {
		return nil, p
	}
	body, err := message.Object(raw)
	if err != nil {
		return nil, refused(err)
	}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if !slices.Contains(about.required, name) && !slices.Contains(about.optional, name) {
			return nil, invalidArgument(fmt.Sprintf("Invalid JSON payload received. Unknown name %q: Cannot find field.", name))
		}
	}
	for _, name := range about.required {
		if body[name] == nil {
			return nil, invalidArgument("List of found errors:\t1.Field: " + name + "; Message: Required field is not set.\t")
		}
	}
	if strings.HasSuffix(collection, "/cachedContents") {
		tokens := answer.Tokens(strings.Join(leaves(body["contents"]), ""))
		if tokens < leastCached {
			return nil, invalidArgument(fmt.Sprintf("The cached content is of %d tokens. The minimum token count to start caching is %d.", tokens, leastCached))
		}
		body["usageMetadata"] = map[string]any{"totalTokenCount": tokens}
	}
	return shown(a.world, a.world.AddResource(collection, body)), nil
}

func shownAll(w *world.World, collection string) []any {
	var out []any
	for _, r := range w.Resources(collection) {
		out = append(out, shown(w, r))
	}
	return out
}

// shown is a resource as Vertex AI answers it. A job is done after the world's pace; a cached content shows no contents.
func shown(w *world.World, r world.Resource) map[string]any {
	out := maps.Clone(r.Body)
	if out == nil {
		return nil
	}
	stamp := func(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000000Z") }
	done := r.Created.Add(w.Pace().Operation)
	out["name"], out["createTime"], out["updateTime"] = r.Name, stamp(r.Created), stamp(r.Created)
	switch {
	case strings.Contains(r.Name, "/cachedContents/"):
		delete(out, "contents")
		delete(out, "systemInstruction")
		if out["expireTime"] == nil {
			ttl, err := time.ParseDuration(fmt.Sprint(out["ttl"]))
			if err != nil {
				ttl = time.Hour
			}
			out["expireTime"] = stamp(r.Created.Add(ttl))
		}
		delete(out, "ttl")
	case out["state"] != nil: // cancelled
	case w.Now().Before(done):
		out["state"] = "JOB_STATE_PENDING"
	default:
		out["state"], out["startTime"], out["endTime"] = "JOB_STATE_SUCCEEDED", stamp(r.Created), stamp(done)
	}
	return out
}

// cached finds the cached content that a request names, and how many tokens it has.
func (a *API) cached(c *vertexCall, name string) (int, *problem) {
	m := resourceForm().FindStringSubmatch(name)
	if m == nil || m[4] != "cachedContents" || m[5] == "" {
		return 0, invalidArgument("Invalid cached content name: " + name)
	}
	found, err := a.world.Resource("projects/" + c.project.Number + "/locations/" + c.location + "/cachedContents/" + m[5])
	if err != nil || m[3] != c.location {
		return 0, notFound("Not found: cached content metadata for " + m[5] + ".")
	}
	return answer.Tokens(strings.Join(leaves(found.Body["contents"]), "")), nil
}
