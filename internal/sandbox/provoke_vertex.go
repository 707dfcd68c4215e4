package sandbox

import (
	"encoding/json"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// vertexProvocations are of the call itself.
func vertexProvocations() []provocation {
	vertex := func(code, what string, do func(*provoker) (func(), error)) provocation {
		return provocation{Provocation{code, "pod", what}, do}
	}
	const api = "aiplatform.googleapis.com"
	denied := func(reason, message string, metadata map[string]any) string {
		metadata["service"] = api
		return rpcError(403, "PERMISSION_DENIED", message, map[string]any{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": metadata,
		})
	}
	return []provocation{
		vertex("LB6059", "Vertex AI does not take the token", canned("vertex", world.Canned{Status: 401}, rpcError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."))),
		vertex("LB6060", "nobody has a role with Vertex AI's permissions any more", func(p *provoker) (func(), error) {
			return without(p, projectID, "roles/aiplatform.user", func(string) bool { return true })
		}),
		vertex("LB6061", "the Vertex AI API is off", switchOff(api)),
		vertex("LB6062", "the project has no billing account", editProject(func(p *world.Project) func(*world.Project) {
			p.Billing = false
			return func(p *world.Project) { p.Billing = true }
		})),
		vertex("LB6063", "the call seems to name a quota project that the caller may not use", canned("vertex", world.Canned{Status: 403}, denied("USER_PROJECT_DENIED",
			"Caller does not have required permission to use project "+projectID+". Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting https://console.developers.google.com/iam-admin/iam/project?project="+projectID+" and then retry. Propagation of the new permission may take a few minutes.",
			map[string]any{"consumer": "projects/" + projectID}))),
		vertex("LB6064", "the token's scope seems too narrow", canned("vertex", world.Canned{Status: 403}, denied("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "Request had insufficient authentication scopes.",
			map[string]any{"method": "google.cloud.aiplatform.v1.PredictionService.GenerateContent"}))),
		vertex("LB6065", "the model is retired", editProject(func(p *world.Project) func(*world.Project) {
			const name = "publishers/google/models/" + model
			delete(p.Models, name)
			return func(p *world.Project) { p.Models[name] = true }
		})),
		vertex("LB6066", "the model's shared quota is spent", canned("vertex", world.Canned{Status: 429}, rpcError(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details."))),
		vertex("LB6067", "a service perimeter keeps the caller out", canned("vertex", world.Canned{Status: 403}, denied("SECURITY_POLICY_VIOLATED",
			"Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: Qk9vUxYzB1n5sandbox", map[string]any{"uid": "Qk9vUxYzB1n5sandbox"}))),
	}
}

// canned makes an API answer with a body; the caller of an API whose rule is not pretended sees the real text.
func canned(api string, c world.Canned, body string) func(*provoker) (func(), error) {
	c.Body, c.ContentType = body, "application/json; charset=UTF-8"
	return func(p *provoker) (func(), error) {
		p.world.SetCanned(api, c)
		return func() { p.world.SetCanned(api, world.Canned{}) }, nil
	}
}

// oauth is the body of a refusal of the token service, and of Azure's metadata service.
func oauth(code, description string) string {
	return encoded(map[string]any{"error": code, "error_description": description})
}

// rpcError is the body of a refusal of Google's other APIs.
func rpcError(code int, status, message string, details ...map[string]any) string {
	e := map[string]any{"code": code, "message": message, "status": status}
	if len(details) > 0 {
		e["details"] = details
	}
	return encoded(map[string]any{"error": e})
}

func encoded(v any) string {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil { // maps of strings and numbers always encode
		panic(err)
	}
	return string(out)
}
