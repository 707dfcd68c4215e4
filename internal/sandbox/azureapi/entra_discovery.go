package azureapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// openIDConfiguration is Entra's discovery document. The endpoints point back to where the document was fetched from;
// the issuer is Entra's own, because tokens carry it.
type openIDConfiguration struct {
	TokenEndpoint         string   `json:"token_endpoint"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	JWKSURI               string   `json:"jwks_uri"`
	ResponseModes         []string `json:"response_modes_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	SigningAlgs           []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	Scopes                []string `json:"scopes_supported"`
	Issuer                string   `json:"issuer"`
	RequestURISupported   bool     `json:"request_uri_parameter_supported"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	HTTPLogoutSupported   bool     `json:"http_logout_supported"`
	FrontchannelLogout    bool     `json:"frontchannel_logout_supported"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	Claims                []string `json:"claims_supported"`
	RegionScope           string   `json:"tenant_region_scope,omitempty"`
	CloudInstance         string   `json:"cloud_instance_name"`
	CloudGraphHost        string   `json:"cloud_graph_host_name"`
	GraphHost             string   `json:"msgraph_host"`
	RBACURL               string   `json:"rbac_url"`
}

// sharedAuthorities are the tenants of nobody in particular: they have discovery documents and no client credentials.
var sharedAuthorities = []string{"common", "organizations", "consumers"}

func (a *API) serveOpenIDConfiguration(rw http.ResponseWriter, r *http.Request, tenantID string, v2 bool) {
	id := tenantID
	if slices.Contains(sharedAuthorities, tenantID) {
		id = "{tenantid}"
	} else if _, refused := a.tenant(tenantID, "invalid_tenant"); refused != nil {
		a.refuse(rw, r, refused)
		return
	}
	base := baseURL(r) + "/" + tenantID
	doc := openIDConfiguration{
		AuthMethods:         []string{"client_secret_post", "private_key_jwt", "client_secret_basic", "self_signed_tls_client_auth"},
		ResponseModes:       []string{"query", "fragment", "form_post"},
		SubjectTypes:        []string{"pairwise"},
		SigningAlgs:         []string{"RS256"},
		HTTPLogoutSupported: true,
		FrontchannelLogout:  true,
		Claims: []string{
			"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat",
			"auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email",
		},
		CloudInstance:  "microsoftonline.com",
		CloudGraphHost: "graph.windows.net",
		GraphHost:      "graph.microsoft.com",
		RBACURL:        "https://pas.windows.net",
	}
	oauth := base + "/oauth2/"
	if v2 {
		oauth += "v2.0/"
		doc.JWKSURI = base + "/discovery/v2.0/keys"
		doc.Issuer = issuerV2(id)
		doc.ResponseTypes = []string{"code", "id_token", "code id_token", "id_token token"}
		doc.Scopes = []string{"openid", "profile", "email", "offline_access"}
		doc.UserinfoEndpoint = "https://graph.microsoft.com/oidc/userinfo"
	} else {
		doc.JWKSURI = base + "/discovery/keys"
		doc.Issuer = issuerV1(id)
		doc.ResponseTypes = []string{"code", "id_token", "code id_token", "token id_token", "token"}
		doc.Scopes = []string{"openid"}
		doc.UserinfoEndpoint = base + "/openid/userinfo"
	}
	doc.TokenEndpoint = oauth + "token"
	doc.AuthorizationEndpoint = oauth + "authorize"
	doc.DeviceEndpoint = oauth + "devicecode"
	doc.EndSessionEndpoint = oauth + "logout"
	rw.Header().Set("Cache-Control", "max-age=86400, private")
	writeJSON(rw, http.StatusOK, doc)
}

type instanceMetadata struct {
	PreferredNetwork string   `json:"preferred_network"`
	PreferredCache   string   `json:"preferred_cache"`
	Aliases          []string `json:"aliases"`
}

type instanceDiscovery struct {
	TenantDiscoveryEndpoint string             `json:"tenant_discovery_endpoint"`
	APIVersion              string             `json:"api-version"`
	Metadata                []instanceMetadata `json:"metadata"`
}

// serveInstanceDiscovery tells clients which authorities are Entra's. The sandbox's own address is none of Entra's
// names: a client that reaches it there gets metadata for it, so that it needs no switch to trust the sandbox.
func (a *API) serveInstanceDiscovery(rw http.ResponseWriter, r *http.Request) {
	authorize, err := url.Parse(r.URL.Query().Get("authorization_endpoint"))
	if err != nil || authorize.Scheme != "https" {
		a.refuse(rw, r, invalidInstance())
		return
	}
	aliases := []string{entraHost, "login.windows.net", "login.microsoft.com", entraV1Host}
	out := instanceDiscovery{APIVersion: "1.1", Metadata: []instanceMetadata{
		{PreferredNetwork: entraHost, PreferredCache: "login.windows.net", Aliases: aliases},
	}}
	switch {
	case slices.Contains(aliases, authorize.Host):
	case authorize.Host == r.Host:
		out.Metadata = append(out.Metadata, instanceMetadata{PreferredNetwork: r.Host, PreferredCache: r.Host, Aliases: []string{r.Host}})
	default:
		a.refuse(rw, r, invalidInstance())
		return
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(authorize.Path, "/"), "/")
	if !slices.Contains(sharedAuthorities, tenant) {
		if _, refused := a.tenant(tenant, "invalid_tenant"); refused != nil {
			a.refuse(rw, r, refused)
			return
		}
	}
	version := ""
	if strings.Contains(authorize.Path, "/v2.0/") {
		version = "/v2.0"
	}
	out.TenantDiscoveryEndpoint = "https://" + authorize.Host + "/" + tenant + version + "/.well-known/openid-configuration"
	writeJSON(rw, http.StatusOK, out)
}

func invalidInstance() *aadsts {
	return &aadsts{50049, "invalid_instance", http.StatusBadRequest, "Unknown or invalid instance."}
}
