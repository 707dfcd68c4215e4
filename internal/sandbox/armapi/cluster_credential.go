package armapi

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// clusterCredential hands out a kubeconfig for the cluster's pretended API. It is JSON, which every reader of YAML takes.
func (a *API) clusterCredential(c *call) {
	k, ok := a.cluster(c, clusterKind+"/listClusterUserCredential/action")
	if !ok {
		return
	}
	if a.options.KubeAdmin.Empty() {
		notPretended(c.rw, c.Request)
		return
	}
	server := object{"server": c.base() + "/clusters/" + k.Name}
	if c.TLS != nil && len(a.options.CAPEM) > 0 {
		server["certificate-authority-data"] = base64.StdEncoding.EncodeToString(a.options.CAPEM)
	}
	user := "clusterUser_" + k.Managed.ResourceGroup + "_" + k.Name
	config, err := json.Marshal(object{
		"apiVersion": "v1", "kind": "Config", "current-context": k.Name,
		"clusters": []object{{"name": k.Name, "cluster": server}},
		"contexts": []object{{"name": k.Name, "context": object{"cluster": k.Name, "user": user}}},
		"users":    []object{{"name": user, "user": object{"token": a.options.KubeAdmin.Reveal()}}},
	})
	if err != nil { // maps of strings always encode
		panic(err)
	}
	c.write(http.StatusOK, object{"kubeconfigs": []object{{"name": "clusterUser", "value": base64.StdEncoding.EncodeToString(config)}}})
}
