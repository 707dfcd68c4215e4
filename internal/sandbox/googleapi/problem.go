package googleapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// problem is a google.rpc.Status as Google's JSON APIs answer it.
type problem struct {
	Code    int              `json:"code"`
	Message string           `json:"message"`
	Status  string           `json:"status"`
	Details []map[string]any `json:"details,omitempty"`
}

func (p *problem) write(rw http.ResponseWriter) {
	if p.Code == http.StatusUnauthorized {
		rw.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/"`)
	}
	writeJSON(rw, p.Code, map[string]any{"error": p})
}

// writeJSON answers in Google's indented JSON.
func writeJSON(rw http.ResponseWriter, status int, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil { // our own structs and maps always encode
		panic(err)
	}
	h := rw.Header()
	h.Set("Content-Type", "application/json; charset=UTF-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private")
	rw.WriteHeader(status)
	_, _ = rw.Write(append(body, '\n'))
}

func errorInfo(reason, domain string, metadata map[string]any) map[string]any {
	out := map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain}
	if len(metadata) > 0 {
		out["metadata"] = metadata
	}
	return out
}

func invalidArgument(message string) *problem {
	return &problem{Code: http.StatusBadRequest, Status: "INVALID_ARGUMENT", Message: message}
}

func notFound(message string) *problem {
	return &problem{Code: http.StatusNotFound, Status: "NOT_FOUND", Message: message}
}

func unauthenticated(reason, api, method string, metadata map[string]any) *problem {
	message := "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
	if reason == "CREDENTIALS_MISSING" {
		message = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
	}
	info := map[string]any{"service": api, "method": method}
	for k, v := range metadata {
		info[k] = v
	}
	return &problem{
		Code: http.StatusUnauthorized, Status: "UNAUTHENTICATED", Message: message,
		Details: []map[string]any{errorInfo(reason, "googleapis.com", info)},
	}
}

// denied is IAM's refusal. The resource is named in the text by the APIs that do so, else it is "".
func denied(permission, api, resource string) *problem {
	message := fmt.Sprintf("Permission '%s' denied on resource (or it may not exist).", permission)
	metadata := map[string]any{"permission": permission}
	if resource != "" {
		message = fmt.Sprintf("Permission '%s' denied on resource '//%s/%s' (or it may not exist).", permission, api, resource)
		metadata["resource"] = resource
	}
	return &problem{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED", Message: message,
		Details: []map[string]any{errorInfo("IAM_PERMISSION_DENIED", api, metadata)},
	}
}

func serviceDisabled(title, api, consumer string) *problem {
	link := "https://console.developers.google.com/apis/api/" + api + "/overview?project=" + consumer
	return &problem{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED",
		Message: fmt.Sprintf("%s has not been used in project %s before or it is disabled. Enable it by visiting %s then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.", title, consumer, link),
		Details: []map[string]any{
			errorInfo("SERVICE_DISABLED", "googleapis.com", map[string]any{
				"service": api, "serviceTitle": title, "consumer": "projects/" + consumer, "containerInfo": consumer, "activationUrl": link,
			}),
			{"@type": "type.googleapis.com/google.rpc.Help", "links": []map[string]any{{"description": "Google developers console API activation", "url": link}}},
		},
	}
}

func billingDisabled(project string) *problem {
	link := "https://console.developers.google.com/billing/enable?project=" + project
	return &problem{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED",
		Message: fmt.Sprintf("This API method requires billing to be enabled. Please enable billing on project #%s by visiting %s then retry. If you enabled billing for this project recently, wait a few minutes for the action to propagate to our systems and retry.", project, link),
		Details: []map[string]any{
			{"@type": "type.googleapis.com/google.rpc.Help", "links": []map[string]any{{"description": "Google developers console billing", "url": link}}},
			errorInfo("BILLING_DISABLED", "googleapis.com", map[string]any{"service": vertexAPI, "consumer": "projects/" + project}),
		},
	}
}

func userProjectDenied(project, api string) *problem {
	link := "https://console.developers.google.com/iam-admin/iam/project?project=" + project
	return &problem{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED",
		Message: fmt.Sprintf("Caller does not have required permission to use project %s. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting %s and then retry. Propagation of the new permission may take a few minutes.", project, link),
		Details: []map[string]any{
			{"@type": "type.googleapis.com/google.rpc.Help", "links": []map[string]any{{"description": "Google developer console IAM admin", "url": link}}},
			errorInfo("USER_PROJECT_DENIED", "googleapis.com", map[string]any{"service": api, "consumer": "projects/" + project}),
		},
	}
}

func scopeInsufficient(api, method string) *problem {
	return &problem{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED", Message: "Request had insufficient authentication scopes.",
		Details: []map[string]any{errorInfo("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com", map[string]any{"service": api, "method": method})},
	}
}

// compact answers JSON on one line with exactly the media type that Python's client insists on.
func compact(rw http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil { // our own maps always encode
		panic(err)
	}
	value(rw, http.StatusOK, "application/json", body)
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
