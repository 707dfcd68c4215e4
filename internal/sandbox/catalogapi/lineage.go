package catalogapi

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

// What the Data Lineage API takes (https://cloud.google.com/dataplex/docs/open-lineage#limitations).
const (
	maxEvent = 5_000_000
	maxName  = 4000
	maxLinks = 1000
	perEvent = 100
)

// Told is an OpenLineage event that was taken: where it is kept, and what it was.
type Told struct {
	Run       string // resource name
	EventType string
	Body      map[string]any
}

// Told lists the events that the Data Lineage API took, oldest first.
func (a *API) Told() []Told {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.told)
}

var (
	lineageForm = bridge.FormOf(`^/v1/projects/([^/]+)/locations/([^/]+):processOpenLineageRunEvent$`)
	schemaForm  = bridge.FormOf(`^https://openlineage\.io/spec/[12]-[0-9]+-[0-9]+/OpenLineage\.json#/(\$defs|definitions)/RunEvent$`)
)

// serveLineage is processOpenLineageRunEvent.
func (a *API) serveLineage(rw http.ResponseWriter, r *http.Request) {
	m := lineageForm().FindStringSubmatch(r.URL.Path)
	if m == nil || r.Method != http.MethodPost {
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	}
	const api, permission = "datalineage.googleapis.com", "datalineage.events.create"
	grant, p := a.google.Admit(r, googleapi.Call{
		API: api, Title: "Data Lineage API", Method: "google.cloud.datacatalog.lineage.v1.Lineage.ProcessOpenLineageRunEvent", Project: m[1], Scopes: []string{},
	})
	var out any
	if p == nil {
		project, err := a.world.Project(m[1])
		switch {
		case err != nil || len(a.world.ProjectPermissions(grant, m[1], permission)) == 0:
			p = googleapi.Denied(permission, api, "projects/"+m[1]+"/locations/"+m[2])
		case !project.Services[api]:
			p = googleapi.Disabled("Data Lineage API", api, project.Number)
		default:
			out, p = a.process(r, "projects/"+project.Number+"/locations/"+m[2])
		}
	}
	googleapi.Answer(rw, out, p)
}

// runEvent is what is looked at of an event.
type runEvent struct {
	EventTime time.Time `json:"eventTime"`
	EventType string    `json:"eventType"`
	Producer  string    `json:"producer"`
	SchemaURL string    `json:"schemaURL"`
	Run       struct {
		RunID string `json:"runId"`
	} `json:"run"`
	Job             qualified   `json:"job"`
	Inputs, Outputs []qualified // of datasets
}

type qualified struct{ Namespace, Name string }

func (a *API) process(r *http.Request, parent string) (any, *problem) {
	body, p := object(r, maxEvent)
	if p != nil {
		return nil, p
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, googleapi.Invalid("Invalid OpenLineage message.")
	}
	var e runEvent
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, googleapi.Invalid("Invalid OpenLineage message: " + err.Error())
	}
	if p := e.check(); p != nil {
		return nil, p
	}
	process := parent + "/processes/" + digest(e.Job.Namespace, e.Job.Name)
	run := process + "/runs/" + digest(e.Run.RunID)
	out := map[string]any{"process": process, "run": run}
	var events []any
	for i := 0; i < len(e.Inputs)*len(e.Outputs); i += perEvent {
		events = append(events, run+"/lineageEvents/"+digest(string(text), fmt.Sprint(i)))
	}
	if events != nil {
		out["lineageEvents"] = events
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.told = append(a.told, Told{Run: run, EventType: e.EventType, Body: body})
	return out, nil
}

// check holds an event against the specification, as far as the API does.
func (e *runEvent) check() *problem {
	switch {
	case e.EventTime.IsZero():
		return googleapi.Invalid("Invalid OpenLineage message: eventTime is required.")
	case !slices.Contains([]string{"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}, e.EventType):
		return googleapi.Invalid("Invalid OpenLineage message: eventType is not valid.")
	case e.Producer == "":
		return googleapi.Invalid("Invalid OpenLineage message: producer is required.")
	case !schemaForm().MatchString(e.SchemaURL):
		return googleapi.Invalid("Invalid OpenLineage message: schemaURL is not a RunEvent of major version 1 or 2.")
	case e.Run.RunID == "":
		return googleapi.Invalid("Invalid OpenLineage message: run.runId is required.")
	case e.Job.Namespace == "" || e.Job.Name == "":
		return googleapi.Invalid("Invalid OpenLineage message: job.namespace and job.name are required.")
	case len(e.Inputs)*len(e.Outputs) > maxLinks:
		return googleapi.Invalid("The number of links exceeds the limit of 1000.")
	}
	for _, d := range slices.Concat(e.Inputs, e.Outputs) {
		switch {
		case d.Namespace == "" || d.Name == "":
			return googleapi.Invalid("Invalid OpenLineage message: namespace and name of a dataset are required.")
		case len(d.Namespace)+len(d.Name) > maxName:
			return googleapi.Invalid("The fully qualified name exceeds the limit of 4000 characters.")
		}
	}
	return nil
}

func digest(parts ...string) string {
	text, _ := json.Marshal(parts) // strings always encode
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
