package googleadmin

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// titles are the APIs that the sandbox's projects can have.
func titles() map[string]string {
	return map[string]string{
		"aiplatform.googleapis.com":           "Vertex AI API",
		"cloudresourcemanager.googleapis.com": "Cloud Resource Manager API",
		"iam.googleapis.com":                  iamTitle,
		"iamcredentials.googleapis.com":       "IAM Service Account Credentials API",
		"serviceusage.googleapis.com":         servicesName,
		"sts.googleapis.com":                  "Security Token Service API",
		"storage.googleapis.com":              "Cloud Storage API",
		"logging.googleapis.com":              "Cloud Logging API",
		"monitoring.googleapis.com":           "Cloud Monitoring API",
		"compute.googleapis.com":              "Compute Engine API",
		"dlp.googleapis.com":                  "Sensitive Data Protection (DLP)",
		"modelarmor.googleapis.com":           "Model Armor API",
		"datalineage.googleapis.com":          "Data Lineage API",
		"storagetransfer.googleapis.com":      "Storage Transfer API",
	}
}

const (
	maxGet    = 30 // services in a batchGet
	maxEnable = 20 // services in a batchEnable
)

// serveServices is the Service Usage API.
func (a *admin) serveServices(rw http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.Path, "/v1/")
	if name, isOperation := strings.CutPrefix(rest, "operations/"); isOperation && r.Method == http.MethodGet {
		out, p := a.serviceOperation(r, "operations/"+name)
		googleapi.Answer(rw, out, p)
		return
	}
	part := strings.Split(rest, "/")
	if !ok || len(part) < 3 || len(part) > 4 || part[0] != "projects" {
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	}
	last, verb, _ := cutVerb(part[len(part)-1])
	s := &serviceCall{Request: r, admin: a}
	if len(part) == 4 {
		s.service = last
	}
	var out any
	p := googleapi.Unknown(r)
	switch key := r.Method + suffix(verb); {
	case len(part) == 3 && key == "GET":
		out, p = s.list(part[1])
	case len(part) == 3 && key == "GET:batchGet":
		out, p = s.batchGet(part[1])
	case len(part) == 3 && key == "POST:batchEnable":
		out, p = s.batchEnable(part[1])
	case len(part) == 4 && key == "GET":
		out, p = s.get(part[1])
	case len(part) == 4 && key == "POST:enable":
		out, p = s.enable(part[1])
	}
	googleapi.Answer(rw, out, p)
}

// serviceCall is one request on its way.
type serviceCall struct {
	*http.Request
	admin   *admin
	service string
	project world.Project
}

// admit finds the project and checks the permission, which Service Usage refuses in words of its own.
func (s *serviceCall) admit(project, rpc, permission, action string) *problem {
	grant, p := s.admin.google.Admit(s.Request, googleapi.Call{
		API: servicesAPI, Title: servicesName, Method: "google.api.serviceusage.v1.ServiceUsage." + rpc, Project: project,
	})
	if p != nil {
		return p
	}
	found, err := s.admin.world.Project(project)
	if err != nil || len(s.admin.world.ProjectPermissions(grant, project, permission)) == 0 {
		return &problem{
			Code: http.StatusForbidden, Status: "PERMISSION_DENIED", Message: "Permission denied to " + action,
			Details: []map[string]any{
				{"@type": mediaType + "google.rpc.PreconditionFailure", "violations": []map[string]any{{"type": "googleapis.com", "subject": "110002"}}},
				googleapi.ErrorInfo("AUTH_PERMISSION_DENIED", servicesAPI, map[string]any{"permission": permission}),
			},
		}
	}
	s.project = found
	return nil
}

func (s *serviceCall) list(project string) (any, *problem) {
	if p := s.admit(project, "ListServices", "serviceusage.services.list", "list services for consumer container [projects/"+project+"]"); p != nil {
		return nil, p
	}
	filter := s.URL.Query().Get("filter")
	if filter != "" && filter != "state:ENABLED" && filter != "state:DISABLED" {
		return nil, googleapi.Invalid("Invalid filter: " + filter + ". The allowed filters are state:ENABLED and state:DISABLED.")
	}
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(titles())), func(name string) bool {
		return filter != "" && filter != "state:"+state(s.project, name)
	})
	cut, next, p := page(s.URL.Query(), names, 50, 200)
	out := make([]map[string]any, len(cut))
	for i, name := range cut {
		out[i] = serviceJSON(s.project, name)
	}
	return listed("services", out, next), p
}

func (s *serviceCall) get(project string) (any, *problem) {
	if p := s.admit(project, "GetService", "serviceusage.services.get", "get service ["+s.service+"]"); p != nil {
		return nil, p
	}
	if p := knownServices(s.service); p != nil {
		return nil, p
	}
	return serviceJSON(s.project, s.service), nil
}

func (s *serviceCall) batchGet(project string) (any, *problem) {
	if p := s.admit(project, "BatchGetServices", "serviceusage.services.get", "get services for consumer container [projects/"+project+"]"); p != nil {
		return nil, p
	}
	names := s.URL.Query()["names"]
	if len(names) == 0 || len(names) > maxGet {
		return nil, googleapi.Invalid("The number of services must be from 1 to 30.")
	}
	out := make([]map[string]any, len(names))
	for i, name := range names {
		_, service, ok := strings.Cut(name, "/services/")
		if !ok || !strings.HasPrefix(name, "projects/") {
			return nil, googleapi.Invalid("Invalid service name: " + name + ".")
		}
		if p := knownServices(service); p != nil {
			return nil, p
		}
		out[i] = serviceJSON(s.project, service)
	}
	return map[string]any{"services": out}, nil
}

// knownServices refuses an API that does not exist as Google does: without saying whether it does.
func knownServices(names ...string) *problem {
	var missing []string
	for _, name := range names {
		if titles()[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &problem{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED", Message: "Not found or permission denied for service(s): " + strings.Join(missing, ", ") + ".",
		Details: []map[string]any{googleapi.ErrorInfo("SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED", servicesAPI, map[string]any{"services": strings.Join(missing, ",")})},
	}
}

func state(p world.Project, service string) string {
	if p.Services[service] {
		return "ENABLED"
	}
	return "DISABLED"
}

func serviceJSON(p world.Project, name string) map[string]any {
	parent := "projects/" + p.Number
	return map[string]any{
		"name": parent + "/services/" + name, "parent": parent, "state": state(p, name),
		"config": map[string]any{"name": name, "title": titles()[name]},
	}
}
