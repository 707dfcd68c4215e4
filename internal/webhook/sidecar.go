package webhook

import (
	"cmp"
	"net"

	"github.com/landbridge/landbridge/internal/estate"
)

const loopback = "127.0.0.1"

// Sidecar is the container that the mode metadata adds: a native sidecar (Kubernetes 1.29), which starts before the other
// init containers, ends after the containers, and does not keep a job from finishing.
type Sidecar struct {
	// Image runs "landbridge serve"; the mode metadata is refused when empty.
	Image string
	// PullPolicy of the image; the cluster's default when empty.
	PullPolicy string
	// MetadataPort and AdminPort are listened on in the pod; 8980 and 8981 when zero.
	MetadataPort, AdminPort int
	// HostNetwork lets pods on the node's network have it. There the metadata server listens on the node's own loopback,
	// and every program on that network can ask it.
	HostNetwork bool
	// What the container asks for and may use; 5m, 32Mi and 128Mi when empty. There is no limit of its CPU.
	CPURequest, MemoryRequest, MemoryLimit string
}

// defaults fills in what is empty.
func (c Sidecar) defaults() Sidecar {
	c.MetadataPort, c.AdminPort = cmp.Or(c.MetadataPort, 8980), cmp.Or(c.AdminPort, 8981)
	c.CPURequest = cmp.Or(c.CPURequest, "5m")
	c.MemoryRequest = cmp.Or(c.MemoryRequest, "32Mi")
	c.MemoryLimit = cmp.Or(c.MemoryLimit, "128Mi")
	return c
}

// metadata adds the sidecar, its token, and the variables by which SDKs find it. The other containers never see the token.
func (s *Server) metadata(p *pod, w *wish, chosen []*container, out *patch) *refusal {
	if no := s.canHaveSidecar(p, w); no != nil {
		return no
	}
	if v := p.volume(); v == nil {
		out.grow("/spec/volumes", p.Spec.Volumes != nil, volumeJSON(w, false))
	} else if no := w.checkVolume(v); no != nil {
		return no
	}
	at := net.JoinHostPort(loopback, decimal(s.o.Sidecar.MetadataPort))
	vars := append([]setting{
		{"GCE_METADATA_HOST", at},                       // Go, Python, Node, Java, .NET
		{"GCE_METADATA_ROOT", at},                       // gcloud
		{"GCE_METADATA_IP", at},                         // Python's ping, which Azure's own metadata service would answer
		{"METADATA_SERVER_DETECTION", "assume-present"}, // Node looks for a Google BIOS otherwise
	}, w.place()...)
	for _, c := range chosen {
		c.warnOther(w, "GCE_METADATA_HOST", at)
		c.warnOther(w, "GOOGLE_APPLICATION_CREDENTIALS", "") // every SDK looks there first
		c.set(append(vars[:len(vars):len(vars)], c.roundProxy(w)...), out)
	}
	if p.hasSidecar() {
		return nil
	}
	// At the front, so that init containers can use it; and last in the patch, because it moves the places of the others.
	if sidecar := s.sidecarJSON(w); p.Spec.InitContainers == nil {
		out.add("/spec/initContainers", list(sidecar))
	} else {
		out.add("/spec/initContainers/0", sidecar)
	}
	return nil
}

func (s *Server) canHaveSidecar(p *pod, w *wish) *refusal {
	instead := "; set " + estate.AnnotationMode + "=" + estate.ModeCredentials + " on its ServiceAccount"
	if w.entra != nil {
		instead = "; the route " + estate.RouteEntra + " of its ServiceAccount has no other mode: name a provider there that trusts the cluster"
	}
	switch {
	case s.o.Sidecar.Image == "":
		return podRefusal("sidecar_no_image", "its ServiceAccount asks for the mode "+estate.ModeMetadata+
			", and this webhook has no image for the sidecar: set doors.webhook.image"+instead)
	case p.windows():
		return podRefusal("sidecar_windows", "the pod runs on windows, and the sidecar does not"+instead)
	case p.Spec.HostNetwork && !s.o.Sidecar.HostNetwork:
		return podRefusal("sidecar_host_network", "the pod is on its node's network, where every program could ask its metadata server"+instead)
	}
	return nil
}

// source is where the sidecar has its assertion from: the pod's token itself, or what Entra gives for it.
func (s *Server) source(w *wish) []setting {
	if w.entra == nil {
		return []setting{{"LANDBRIDGE_TO_GOOGLE_SOURCE_KIND", "kubernetes"}, {"LANDBRIDGE_TO_GOOGLE_SOURCE_FILE", estate.TokenFile}}
	}
	return []setting{
		{"LANDBRIDGE_TO_GOOGLE_SOURCE_KIND", "azure-workload-identity"},
		{"LANDBRIDGE_TO_GOOGLE_SOURCE_FILE", estate.TokenFile},
		{"LANDBRIDGE_TO_GOOGLE_SOURCE_CLIENT_ID", w.entra.client},
		{"LANDBRIDGE_TO_GOOGLE_SOURCE_TENANT_ID", w.entra.tenant},
		{"LANDBRIDGE_TO_GOOGLE_SOURCE_AUTHORITY_HOST", s.o.Entra},
	}
}

// sidecarJSON is the container. It is one that the restricted pod security standard admits, and is configured by variables
// alone. The kubelet asks from outside the pod's loopback, so that the admin door listens on every address; it tells
// nobody more than that the bridge carries.
func (s *Server) sidecarJSON(w *wish) []byte {
	c := s.o.Sidecar
	b := append(make([]byte, 0, 2048), `{"name":"`+estate.SidecarName+`","image":`...)
	b = appendString(b, c.Image)
	if c.PullPolicy != "" {
		b = append(b, `,"imagePullPolicy":`...)
		b = appendString(b, c.PullPolicy)
	}
	b = append(b, `,"args":["serve"],"restartPolicy":"Always","env":`...)
	env := make([][]byte, 0, 16)
	for _, v := range append(s.source(w), []setting{
		{"LANDBRIDGE_TO_GOOGLE_PROVIDER", w.provider},
		{"LANDBRIDGE_DOORS_METADATA_LISTEN", net.JoinHostPort(loopback, decimal(c.MetadataPort))},
		{"LANDBRIDGE_DOORS_ADMIN_LISTEN", ":" + decimal(c.AdminPort)},
		{"LANDBRIDGE_AUDIT_FILE", "-"}, // the container's log
		{"LANDBRIDGE_TO_GOOGLE_SERVICE_ACCOUNT", w.serviceAccount},
		{"LANDBRIDGE_TO_GOOGLE_PROJECT", w.project},
		{"LANDBRIDGE_TO_GOOGLE_LOCATION", w.location},
		{"LANDBRIDGE_TO_GOOGLE_ENDPOINTS_STS", s.o.STS},
		{"LANDBRIDGE_TO_GOOGLE_ENDPOINTS_IAM_CREDENTIALS", s.o.IAMCredentials},
	}...) {
		if v.value != "" {
			env = append(env, envJSON(v.name, v.value))
		}
	}
	b = append(b, list(env...)...)
	b = append(b, `,"ports":[{"name":"landbridge","containerPort":`+decimal(c.AdminPort)+`,"protocol":"TCP"}]`+
		`,"startupProbe":{"httpGet":{"path":"/readyz","port":`+decimal(c.AdminPort)+`},"periodSeconds":1,"timeoutSeconds":5,"failureThreshold":120}`+
		`,"resources":{"requests":{"cpu":`...)
	b = appendString(b, c.CPURequest)
	b = append(b, `,"memory":`...)
	b = appendString(b, c.MemoryRequest)
	b = append(b, `},"limits":{"memory":`...)
	b = appendString(b, c.MemoryLimit)
	b = append(b, `}},"securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"readOnlyRootFilesystem":true,`+
		`"runAsGroup":65532,"runAsNonRoot":true,"runAsUser":65532,"seccompProfile":{"type":"RuntimeDefault"}}`+
		`,"volumeMounts":[{"name":"`+estate.VolumeName+`","mountPath":"`+estate.MountPath+`","readOnly":true}]}`...)
	return b
}
