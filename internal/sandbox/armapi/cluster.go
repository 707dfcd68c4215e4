package armapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	clusterKind  = "Microsoft.ContainerService/managedClusters"
	readCluster  = clusterKind + "/read"
	writeCluster = clusterKind + "/write"
)

// clusterID is the id that the path names.
func clusterID(c *call) string {
	return groupScope(c.sub, c.part["group"]) + "/providers/" + clusterKind + "/" + c.part["name"]
}

func (a *API) listClusters(c *call) {
	scope := subscriptionScope(c.sub)
	if c.part["group"] != "" {
		scope = groupScope(c.sub, c.part["group"])
	}
	if !c.mayBelow(readCluster, scope) || c.part["group"] != "" && !c.findGroup() {
		return
	}
	var out []object
	for _, k := range a.world.Clusters() {
		id := k.ResourceID()
		if id != "" && world.Under(id, scope) && a.world.Allowed(c.who.ObjectID, readCluster, id) {
			out = append(out, a.clusterBody(k))
		}
	}
	page(c, out)
}

func (a *API) getCluster(c *call) {
	if k, ok := a.cluster(c, readCluster); ok {
		c.write(http.StatusOK, a.clusterBody(k))
	}
}

// cluster finds the path's cluster for a caller that has the action, or refuses.
func (a *API) cluster(c *call, action string) (world.Cluster, bool) {
	if !c.may(action, clusterID(c)) || !c.findGroup() {
		return world.Cluster{}, false
	}
	k, err := a.world.ClusterAt(clusterID(c))
	if err != nil {
		c.resourceNotFound(clusterKind, c.part["name"])
		return world.Cluster{}, false
	}
	return k, true
}

// clusterBody is a cluster as AKS shows it: what its writers said, and what AKS adds.
func (a *API) clusterBody(k world.Cluster) object {
	m, now := k.Managed, a.world.Now()
	properties := settled(m)
	properties["provisioningState"] = "Succeeded"
	if m.Busy(now) {
		properties["provisioningState"] = "Updating"
	}
	properties["powerState"] = object{"code": "Running"}
	properties["fqdn"] = k.APIHost()
	properties["azurePortalFQDN"] = strings.Replace(k.APIHost(), "-dns.", "-dns.portal.", 1)
	properties["maxAgentPools"] = 100
	issuer := object{"enabled": m.OIDCIssuer}
	if m.OIDCIssuer && k.IssuerServed(now) {
		issuer["issuerURL"] = k.Issuer
	}
	properties["oidcIssuerProfile"] = issuer
	security, _ := properties["securityProfile"].(object)
	if security == nil {
		security = object{}
	}
	if m.WorkloadIdentity {
		security["workloadIdentity"] = object{"enabled": true}
	}
	properties["securityProfile"] = security
	out := object{
		"id": k.ResourceID(), "name": k.Name, "type": "Microsoft.ContainerService/ManagedClusters", "location": m.Location,
		"properties": properties, "sku": object{"name": "Base", "tier": "Free"},
		"identity": object{"type": "SystemAssigned", "tenantId": k.TenantID},
	}
	if m.ETag != "" {
		out["eTag"] = m.ETag
	}
	if len(m.Tags) > 0 {
		out["tags"] = m.Tags
	}
	return out
}

// settled are the properties that the cluster's writers have said, of a new map.
func settled(m *world.ManagedCluster) object {
	content := m.Properties
	if len(content) == 0 {
		content = json.RawMessage(plainCluster)
	}
	out := object{}
	if json.Unmarshal(content, &out) != nil || out == nil {
		return object{}
	}
	return out
}

// plainCluster is what a cluster consists of when the world does not say.
const plainCluster = `{
	"agentPoolProfiles": [{
		"count": 3, "enableAutoScaling": false, "maxPods": 110, "mode": "System", "name": "nodepool1", "orchestratorVersion": "1.33.5",
		"osDiskSizeGB": 128, "osSKU": "Ubuntu", "osType": "Linux", "powerState": {"code": "Running"}, "type": "VirtualMachineScaleSets",
		"upgradeSettings": {"maxSurge": "10%"}, "vmSize": "Standard_D4s_v5"
	}],
	"autoUpgradeProfile": {"nodeOSUpgradeChannel": "NodeImage", "upgradeChannel": "patch"},
	"disableLocalAccounts": false, "dnsPrefix": "landbridge", "enableRBAC": true, "kubernetesVersion": "1.33.5",
	"networkProfile": {
		"dnsServiceIP": "10.0.0.10", "ipFamilies": ["IPv4"], "loadBalancerSku": "standard", "networkPlugin": "azure",
		"networkPluginMode": "overlay", "outboundType": "loadBalancer", "podCidr": "10.244.0.0/16", "serviceCidr": "10.0.0.0/16"
	},
	"securityProfile": {"imageCleaner": {"enabled": true, "intervalHours": 168}},
	"supportPlan": "KubernetesOfficial"
}`

// shown are the properties that AKS adds to what is written; a writer may send them back.
var shown = []string{"provisioningState", "powerState", "fqdn", "azurePortalFQDN", "maxAgentPools", "oidcIssuerProfile", "currentKubernetesVersion", "resourceUID", "privateFQDN"}

func isShown(name string) bool { return slices.Contains(shown, name) }
