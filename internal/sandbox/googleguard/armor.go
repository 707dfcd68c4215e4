package googleguard

import (
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

var armorForm = bridge.FormOf(`^/v1/(projects/([^/]+)/(locations/([^/]+)/templates/([^/:]+)))(?::(sanitizeUserPrompt|sanitizeModelResponse))?$`)

// serveArmor is a template's two methods, and its own description.
func (g *guard) serveArmor(rw http.ResponseWriter, r *http.Request) {
	m := armorForm().FindStringSubmatch(r.URL.Path)
	if m == nil || (r.Method == http.MethodGet) != (m[6] == "") || r.Method != http.MethodGet && r.Method != http.MethodPost {
		googleapi.Answer(rw, nil, googleapi.Unknown(r))
		return
	}
	var out any
	p := g.admitArmor(r, m)
	if p == nil && m[6] == "" {
		out = g.template(m[1])
	} else if p == nil {
		var text string
		if text, p = g.armorText(r, m[6]); p == nil {
			out = map[string]any{"sanitizationResult": screen(text)}
		}
	}
	googleapi.Answer(rw, out, p)
}

func (g *guard) admitArmor(r *http.Request, m []string) *problem {
	rpc, permission := "GetTemplate", "modelarmor.templates.get"
	if m[6] != "" {
		rpc = strings.ToUpper(m[6][:1]) + m[6][1:]
		permission = "modelarmor.templates.useTo" + rpc
	}
	c := googleapi.Call{API: "modelarmor.googleapis.com", Title: "Model Armor API", Method: "google.cloud.modelarmor.v1.ModelArmor." + rpc, Project: m[2]}
	if p := g.admit(r, c, permission, m[1]); p != nil {
		return p
	}
	host := strings.ToLower(r.Host)
	if strings.HasSuffix(host, ".googleapis.com") && host != "modelarmor."+m[4]+".rep.googleapis.com" {
		return googleapi.Invalid("The location " + m[4] + " is not served by " + host + ".")
	}
	if project, _ := g.world.Project(m[2]); !project.Templates[m[3]] {
		return googleapi.Absent("Resource '" + m[1] + "' was not found")
	}
	return nil
}

func (g *guard) template(name string) map[string]any {
	enabled := map[string]any{"filterEnforcement": "ENABLED"}
	var harms []any
	for _, kind := range harmKinds() {
		harms = append(harms, map[string]any{"filterType": strings.ToUpper(kind), "confidenceLevel": "MEDIUM_AND_ABOVE"})
	}
	return map[string]any{"name": name, "filterConfig": map[string]any{
		"raiSettings":                  map[string]any{"raiFilters": harms},
		"piAndJailbreakFilterSettings": map[string]any{"filterEnforcement": "ENABLED", "confidenceLevel": "MEDIUM_AND_ABOVE"},
		"maliciousUriFilterSettings":   enabled,
		"sdpSettings":                  map[string]any{"basicConfig": enabled},
	}}
}

// armorText is the text that is to be screened; documents are not read.
func (g *guard) armorText(r *http.Request, method string) (string, *problem) {
	type item struct {
		Text     *string
		ByteItem map[string]any
	}
	var req struct{ UserPromptData, ModelResponseData *item }
	if p := g.google.Read(r, strings.ToUpper(method[:1])+method[1:]+"Request", &req); p != nil {
		return "", p
	}
	data := req.UserPromptData
	if method == "sanitizeModelResponse" {
		data = req.ModelResponseData
	}
	switch {
	case data == nil || data.Text == nil && data.ByteItem == nil:
		return "", googleapi.Invalid("Data to sanitize is required.")
	case data.Text == nil:
		return "", googleapi.Unknown(r)
	}
	return *data.Text, nil
}
