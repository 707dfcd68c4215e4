package webhook

import (
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// mountBridge mounts the volume where it is not mounted yet.
func (c *container) mountBridge(out *patch) *refusal {
	for _, m := range c.VolumeMounts {
		if m.Name == estate.VolumeName {
			return nil
		}
		if strings.TrimSuffix(m.MountPath, "/") == estate.MountPath {
			return podRefusal("mount_taken", "container "+quote(c.Name)+" mounts its own volume "+quote(m.Name)+" at "+estate.MountPath+
				"; move it in the pod's template, or leave the container out: "+estate.AnnotationSkipContainers+": "+c.Name)
		}
	}
	out.grow(c.path+"/volumeMounts", c.VolumeMounts != nil, []byte(`{"name":"`+estate.VolumeName+`","mountPath":"`+estate.MountPath+`","readOnly":true}`))
	return nil
}

// set adds the variables that the container does not have.
func (c *container) set(vars []setting, out *patch) {
	missing := make([][]byte, 0, len(vars))
	for _, v := range vars {
		if !c.hasEnv(v.name) {
			missing = append(missing, envJSON(v.name, v.value))
		}
	}
	out.grow(c.path+"/env", c.Env != nil, missing...)
}

// warnOther warns when the container sets a variable otherwise: its own value stays, and wins over the bridge.
func (c *container) warnOther(w *wish, name, ours string) {
	v := c.env(name)
	if v == nil || v.From == nil && v.Value == ours {
		return
	}
	what := quote(v.Value)
	if v.From != nil {
		what = "a value from elsewhere"
	}
	w.warnings = append(w.warnings, "landbridge: container "+c.Name+" sets "+name+" to "+what+", which stays: remove it there, or the bridge is not used")
}

// A metadata server on loopback must not be asked through a proxy; Python and Node go through one unless told.
var (
	proxyVars   = []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}
	noProxyVars = []string{"NO_PROXY", "no_proxy"}
)

// roundProxy keeps requests for loopback away from the container's proxy.
func (c *container) roundProxy(w *wish) []setting {
	if !c.hasEnv(proxyVars...) {
		return nil
	}
	if !c.hasEnv(noProxyVars...) {
		return []setting{{"NO_PROXY", loopback}, {"no_proxy", loopback}}
	}
	for _, name := range noProxyVars {
		v := c.env(name)
		if v != nil && v.From == nil && v.Value != "*" && !slices.Contains(strings.Split(v.Value, ","), loopback) {
			w.warnings = append(w.warnings, "landbridge: container "+c.Name+" has a proxy and "+name+" without "+loopback+": add it, or the metadata server is asked through the proxy")
		}
	}
	return nil
}
