package azureapi

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const imdsServer = "IMDS/150.870.65.1854"

var (
	imdsTokenVersions    = []string{"2018-02-01", "2019-08-15", "2020-06-01", "2021-02-01", "2021-12-13", "2023-07-01"}
	imdsInstanceVersions = []string{"2017-08-01", "2018-02-01", "2018-10-01", "2019-06-01", "2020-06-01", "2021-01-01", "2021-02-01", "2021-12-13", "2023-07-01"}
	imdsNewest           = []string{"2023-07-01", "2021-12-13", "2021-02-01"}
)

// oauthProblem is the small error of the managed identity endpoints.
type oauthProblem struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// serveIMDS is the instance metadata service of a virtual machine.
func (a *API) serveIMDS(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Server", imdsServer)
	switch strings.TrimSuffix(r.URL.Path, "/") {
	case "/metadata/identity/oauth2/token":
		if fault := imdsRefusal(r); fault != "" {
			writeJSON(rw, http.StatusBadRequest, oauthProblem{"invalid_request", fault})
			return
		}
		a.serveIMDSToken(rw, r)
	case "/metadata/instance", "/metadata/instance/compute", "/metadata/versions":
		if fault := imdsRefusal(r); fault != "" {
			writeJSON(rw, http.StatusBadRequest, map[string]string{"error": "Bad request. " + fault})
			return
		}
		a.serveInstance(rw, r)
	default:
		notPretended(rw, r)
	}
}

// imdsRefusal says why a request cannot come from the machine itself: a browser sends no Metadata header, a proxy sends
// X-Forwarded-For.
func imdsRefusal(r *http.Request) string {
	switch {
	case r.Header.Get("X-Forwarded-For") != "":
		return "Requests with the X-Forwarded-For header are not allowed"
	case !strings.EqualFold(r.Header.Get("Metadata"), "true"):
		return "Required metadata header not specified"
	default:
		return ""
	}
}

// imdsAnswer has every number as a string.
type imdsAnswer struct {
	AccessToken  string `json:"access_token"`
	ClientID     string `json:"client_id"`
	ExpiresIn    string `json:"expires_in"`
	ExpiresOn    string `json:"expires_on"`
	ExtExpiresIn string `json:"ext_expires_in"`
	NotBefore    string `json:"not_before"`
	Resource     string `json:"resource"`
	TokenType    string `json:"token_type"`
}

func imdsAnswerOf(m minted, who world.Identity, resource string) imdsAnswer {
	seconds := strconv.Itoa(int(m.life.Seconds()))
	return imdsAnswer{
		AccessToken: m.token, ClientID: who.ClientID, ExpiresIn: seconds, ExtExpiresIn: seconds,
		ExpiresOn: strconv.FormatInt(m.expiry.Unix(), 10), NotBefore: strconv.FormatInt(m.notBefore.Unix(), 10),
		Resource: resource, TokenType: "Bearer",
	}
}

func (a *API) serveIMDSToken(rw http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	invalid := func(description string) {
		writeJSON(rw, http.StatusBadRequest, oauthProblem{"invalid_request", description})
	}
	switch {
	case r.Method != http.MethodGet:
		writeJSON(rw, http.StatusMethodNotAllowed, map[string]string{"error": "Method not allowed"})
		return
	case !query.Has("api-version"):
		invalid("Required query variable 'api-version' is missing")
		return
	case !knows(imdsTokenVersions, query):
		invalid("Unsupported API version")
		return
	case query.Get("resource") == "":
		invalid("Required query variable 'resource' is missing")
		return
	}
	who, found := a.identityOn(a.world.Host(world.HostVM), query)
	switch found {
	case noIdentity:
		invalid("Identity not found")
		return
	case manyIdentities:
		invalid("Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request")
		return
	}
	m, refused := a.managedToken(who, query.Get("resource"))
	if refused != nil {
		a.refuse(rw, r, refused)
		return
	}
	writeJSON(rw, http.StatusOK, imdsAnswerOf(m, who, query.Get("resource")))
}

// imdsCompute is the part of the instance metadata that programs read to learn where they are.
type imdsCompute struct {
	AzEnvironment     string `json:"azEnvironment"`
	Location          string `json:"location"`
	Name              string `json:"name"`
	OSType            string `json:"osType"`
	Provider          string `json:"provider"`
	ResourceGroupName string `json:"resourceGroupName"`
	ResourceID        string `json:"resourceId"`
	SubscriptionID    string `json:"subscriptionId"`
	VMID              string `json:"vmId"`
	VMSize            string `json:"vmSize"`
	Zone              string `json:"zone"`
}

func (a *API) serveInstance(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/metadata/versions") {
		writeJSON(rw, http.StatusOK, map[string]any{"apiVersions": imdsInstanceVersions})
		return
	}
	if !knows(imdsInstanceVersions, r.URL.Query()) {
		writeJSON(rw, http.StatusBadRequest, map[string]any{
			"error":           "Bad request. api-version is invalid or was not specified in the request. For more information refer to aka.ms/azureimds",
			"newest-versions": imdsNewest,
		})
		return
	}
	h := a.world.Host(world.HostVM)
	compute := imdsCompute{
		AzEnvironment: "AzurePublicCloud", Location: h.Location, Name: h.Name, OSType: "Linux", Provider: "Microsoft.Compute",
		ResourceGroupName: h.ResourceGroup, SubscriptionID: h.SubscriptionID, VMID: h.VMID, VMSize: h.VMSize,
		ResourceID: "/subscriptions/" + h.SubscriptionID + "/resourceGroups/" + h.ResourceGroup + "/providers/Microsoft.Compute/virtualMachines/" + h.Name,
	}
	if strings.TrimSuffix(r.URL.Path, "/") == "/metadata/instance/compute" {
		writeJSON(rw, http.StatusOK, compute)
		return
	}
	writeJSON(rw, http.StatusOK, map[string]any{"compute": compute, "network": map[string]any{"interface": []any{}}})
}
