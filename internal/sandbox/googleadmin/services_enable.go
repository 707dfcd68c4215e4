package googleadmin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// noop is the name of the operation that Service Usage answers with when there is nothing to do.
const noop = "operations/noop.DONE_OPERATION"

func (s *serviceCall) enable(project string) (any, *problem) {
	if p := s.admin.google.Read(s.Request, "EnableServiceRequest", &struct{}{}); p != nil {
		return nil, p
	}
	if p := s.admit(project, "EnableService", "serviceusage.services.enable", "enable service ["+s.service+"]"); p != nil {
		return nil, p
	}
	return s.switchOn("EnableServiceResponse", s.service)
}

func (s *serviceCall) batchEnable(project string) (any, *problem) {
	var body struct{ ServiceIDs []string }
	if p := s.admin.google.Read(s.Request, "BatchEnableServicesRequest", &body); p != nil {
		return nil, p
	}
	if p := s.admit(project, "BatchEnableServices", "serviceusage.services.enable", "enable service ["+strings.Join(body.ServiceIDs, ",")+"]"); p != nil {
		return nil, p
	}
	if len(body.ServiceIDs) == 0 || len(body.ServiceIDs) > maxEnable {
		return nil, googleapi.Invalid("The number of services must be from 1 to 20.")
	}
	return s.switchOn("BatchEnableServicesResponse", body.ServiceIDs...)
}

// switchOn begins an operation. Those that cost money need an account that pays.
func (s *serviceCall) switchOn(response string, names ...string) (any, *problem) {
	if p := knownServices(names...); p != nil {
		return nil, p
	}
	off := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return s.project.Services[name] })
	if slices.Contains(off, "aiplatform.googleapis.com") && !s.project.Billing {
		return nil, noBilling(s.project, "aiplatform.googleapis.com")
	}
	if err := s.admin.world.EnableServices(s.project.ID, off...); err != nil {
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	done := s.project
	done.Services = map[string]bool{}
	shown, resources := make([]map[string]any, len(names)), make([]string, len(names))
	for i, name := range names {
		done.Services[name] = true
		shown[i] = serviceJSON(done, name)
		resources[i] = "projects/" + s.project.Number + "/services/" + name
	}
	answer := map[string]any{"@type": mediaType + "google.api.serviceusage.v1." + response}
	if response == "EnableServiceResponse" {
		answer["service"] = shown[0]
	} else {
		answer["services"] = shown
	}
	if len(off) == 0 {
		return map[string]any{"name": noop, "done": true, "response": answer}, nil
	}
	return s.admin.operationJSON(s.admin.world.AddOperation(world.Operation{
		Name: "operations/acat.p2-" + s.project.Number + "-" + world.GUID(), Resource: "projects/" + s.project.ID, Response: answer,
		Metadata: map[string]any{"@type": mediaType + "google.api.serviceusage.v1.OperationMetadata", "resourceNames": resources},
	})), nil
}

func noBilling(p world.Project, service string) *problem {
	out := precondition("Billing account for project '" + p.Number + "' is not found. Billing must be enabled for activation of service(s) '" + service + "' to proceed.")
	out.Details = []map[string]any{
		{"@type": mediaType + "google.rpc.PreconditionFailure", "violations": []map[string]any{{"type": "googleapis.com/billing-enabled", "subject": p.Number, "description": "billing-enabled"}}},
		googleapi.ErrorInfo("UREQ_PROJECT_BILLING_NOT_FOUND", "serviceusage.googleapis.com/billing-enabled", nil),
	}
	return out
}

func (a *admin) serviceOperation(r *http.Request, name string) (any, *problem) {
	if name == noop {
		return map[string]any{"name": noop, "done": true}, nil
	}
	o, err := a.world.Operation(name)
	project := strings.TrimPrefix(o.Resource, "projects/")
	grant, p := a.google.Admit(r, googleapi.Call{API: servicesAPI, Title: servicesName, Method: "google.longrunning.Operations.GetOperation", Project: project})
	switch {
	case p != nil:
		return nil, p
	case err != nil || len(a.world.ProjectPermissions(grant, project, "serviceusage.services.get")) == 0:
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	return a.operationJSON(o), nil
}
