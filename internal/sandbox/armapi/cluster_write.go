package armapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// aksProblem refuses in AKS's own shape, which has no envelope.
type aksProblem struct {
	status  int
	Code    string   `json:"code"`
	Details []string `json:"details"`
	Message string   `json:"message"`
	Subcode string   `json:"subcode"`
}

func (e *aksProblem) Error() string { return e.Message }

func (c *call) aksProblem(e *aksProblem) { c.write(e.status, e) }

// clusterInput is a PUT's body, as far as somebody reads it here.
type clusterInput struct {
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	Properties object            `json:"properties"`
}

// toggle is {"enabled": true} somewhere in a body; nil when the body does not say.
func toggle(in object, path ...string) *bool {
	for _, name := range path {
		in, _ = in[name].(object)
	}
	if on, ok := in["enabled"].(bool); ok {
		return &on
	}
	return nil
}

// putCluster replaces what a cluster consists of, as a long-running operation. What the body leaves out is gone after it,
// but for the two switches of identity.
func (a *API) putCluster(c *call) {
	if !c.may(writeCluster, clusterID(c)) || !c.findGroup() {
		return
	}
	k, err := a.world.ClusterAt(clusterID(c))
	if err != nil {
		notPretended(c.rw, c.Request) // making one takes a cloud
		return
	}
	var in clusterInput
	if !c.readBody(&in) {
		return
	}
	pace := a.world.Pace()
	a.writeCluster(c, k, func(m *world.ManagedCluster) error { return in.apply(m, a.world.Now().Add(pace.Operation)) })
}

// apply changes the cluster; done is when its operation will have ended.
func (in *clusterInput) apply(m *world.ManagedCluster, done time.Time) error {
	switch {
	case in.Location == "":
		return &aksProblem{status: http.StatusBadRequest, Code: "LocationRequired", Message: "The location property is required for this definition."}
	case !strings.EqualFold(strings.ReplaceAll(in.Location, " ", ""), m.Location):
		return &aksProblem{status: http.StatusBadRequest, Code: "PropertyChangeNotAllowed", Message: "Changing property 'location' is not allowed."}
	case in.Properties["agentPoolProfiles"] == nil:
		return &aksProblem{status: http.StatusBadRequest, Code: "InvalidParameter", Message: "Required parameter agentPoolProfiles is missing (null)."}
	}
	if on := toggle(in.Properties, "oidcIssuerProfile"); on != nil {
		if !*on && m.OIDCIssuer {
			return &aksProblem{status: http.StatusBadRequest, Code: "OIDCIssuerFeatureCannotBeDisabled", Message: "OIDC issuer feature cannot be disabled."}
		}
		if *on && !m.OIDCIssuer {
			m.IssuerFrom = done
		}
		m.OIDCIssuer = *on
	}
	if on := toggle(in.Properties, "securityProfile", "workloadIdentity"); on != nil {
		if *on && !m.OIDCIssuer {
			return &aksProblem{
				status: http.StatusBadRequest, Code: "InvalidParameter",
				Message: "Workload identity requires the OIDC issuer: enabling securityProfile.workloadIdentity needs oidcIssuerProfile.enabled.",
			}
		}
		m.WorkloadIdentity = *on
	}
	kept := maps.Clone(in.Properties)
	maps.DeleteFunc(kept, func(name string, _ any) bool { return isShown(name) })
	if security, ok := kept["securityProfile"].(object); ok {
		delete(security, "workloadIdentity")
	}
	content, err := json.Marshal(kept)
	m.Properties, m.Tags = content, in.Tags
	return err
}

// patchCluster changes tags, which is all that AKS lets a PATCH change.
func (a *API) patchCluster(c *call) {
	k, ok := a.cluster(c, writeCluster)
	if !ok {
		return
	}
	var in map[string]json.RawMessage
	if !c.readBody(&in) {
		return
	}
	var tags map[string]string
	for name, value := range in {
		if name != "tags" || json.Unmarshal(value, &tags) != nil {
			c.aksProblem(&aksProblem{status: http.StatusBadRequest, Code: "InvalidParameter", Message: "PATCH takes tags only; '" + name + "' is not one: use PUT with the whole cluster."})
			return
		}
	}
	a.writeCluster(c, k, func(m *world.ManagedCluster) error { m.Tags = tags; return nil })
}

// writeCluster runs a change as an operation, unless another is running or the caller's ETag is an old one.
func (a *API) writeCluster(c *call, k world.Cluster, change func(*world.ManagedCluster) error) {
	now, pace := a.world.Now(), a.world.Pace()
	err := a.world.UpdateCluster(k.Issuer, func(k *world.Cluster) error {
		m := k.Managed
		if m.Busy(now) {
			return &aksProblem{status: http.StatusConflict, Code: "OperationNotAllowed", Message: fmt.Sprintf(
				"Operation is not allowed because there's an in progress update managed cluster operation (operation ID: %s) on the managed cluster started on UTC %s. Please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details",
				m.Operation, m.Began.UTC().Format("2006-01-02T15:04:05Z"))}
		}
		if match := strings.Trim(c.Header.Get("If-Match"), `"`); match != "" && match != "*" && match != m.ETag {
			return &aksProblem{status: http.StatusPreconditionFailed, Code: "PreconditionFailed", Message: "Etag mismatched: the managed cluster was changed since it was read."}
		}
		if c.Header.Get("If-None-Match") == "*" {
			return &aksProblem{status: http.StatusPreconditionFailed, Code: "PreconditionFailed", Message: "The managed cluster exists."}
		}
		if err := change(m); err != nil {
			return err
		}
		m.StartOperation(now, pace)
		return nil
	})
	if refused, ok := err.(*aksProblem); ok { //nolint:errorlint // made above, never wrapped
		c.aksProblem(refused)
		return
	}
	k, gone := a.world.Cluster(k.Issuer)
	if err != nil || gone != nil {
		c.resourceNotFound(clusterKind, c.part["name"])
		return
	}
	operation := c.base() + subscriptionScope(c.sub) + "/providers/Microsoft.ContainerService/locations/" + k.Managed.Location + "/operations/" + k.Managed.Operation
	c.rw.Header().Set("Azure-AsyncOperation", operation+"?api-version=2016-03-30")
	body := a.clusterBody(k)
	body["properties"].(object)["provisioningState"] = "Updating" // however quick it is
	c.write(http.StatusOK, body)
}

// getOperation says how far a write has come.
func (a *API) getOperation(c *call) {
	if !c.mayBelow("Microsoft.ContainerService/locations/operations/read", subscriptionScope(c.sub)) {
		return
	}
	for _, k := range a.world.Clusters() {
		m := k.Managed
		if m == nil || m.Operation == "" || !strings.EqualFold(m.Operation, c.part["name"]) {
			continue
		}
		out := object{"name": m.Operation, "status": "InProgress", "startTime": m.Began.UTC().Format("2006-01-02T15:04:05.0000000Z")}
		if !m.Busy(a.world.Now()) {
			out["status"], out["endTime"] = "Succeeded", m.Ends.UTC().Format("2006-01-02T15:04:05.0000000Z")
		}
		c.write(http.StatusOK, out)
		return
	}
	c.problem(http.StatusNotFound, "NotFound", "The operation '"+c.part["name"]+"' was not found.")
}
