package webhook

import (
	"github.com/landbridge/landbridge/internal/estate"
)

// Names in the projected volume, and how the downward API names the pod's annotation.
const (
	tokenPath        = "token"
	credentialsPath  = "credentials.json"
	credentialsField = "metadata.annotations['" + estate.AnnotationCredentials + "']"
)

// readableByAll is 0444: a container's user is not known here, and the folder is one that only its own pod sees. Where a pod
// has an fsGroup, or one user for all containers, the kubelet narrows the mode by itself to that group or user.
const readableByAll = "292"

// credentials adds what an SDK needs to exchange the token by itself: token, credential file, variables.
func (s *Server) credentials(p *pod, w *wish, chosen []*container, out *patch) *refusal {
	file := estate.CredentialFile{Provider: w.provider, ServiceAccount: w.serviceAccount, STS: s.o.STS, IAMCredentials: s.o.IAMCredentials}.JSON()
	v := p.volume()
	if v != nil {
		if no := w.checkVolume(v); no != nil {
			return no
		}
	}
	if v == nil || v.readsAnnotation() {
		if no := p.annotate(file, out); no != nil {
			return no
		}
	}
	if v == nil {
		out.grow("/spec/volumes", p.Spec.Volumes != nil, volumeJSON(w, true))
	}
	vars := append([]setting{
		{"GOOGLE_APPLICATION_CREDENTIALS", estate.CredentialsFile},
		{"CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", estate.CredentialsFile}, // gcloud reads no other
	}, w.place()...)
	for _, c := range chosen {
		if no := c.mountBridge(out); no != nil {
			return no
		}
		c.warnOther(w, "GOOGLE_APPLICATION_CREDENTIALS", estate.CredentialsFile)
		c.set(vars, out)
	}
	return nil
}

// setting is a variable to set where it is not set yet.
type setting struct{ name, value string }

// place says in which project and region to work. Google's libraries for Node and Python look the project up when the
// variable is missing, which a federated identity is seldom allowed to.
func (w *wish) place() []setting {
	var out []setting
	if w.project != "" {
		out = append(out, setting{"GOOGLE_CLOUD_PROJECT", w.project}, setting{"CLOUDSDK_CORE_PROJECT", w.project})
	}
	if w.location != "" {
		out = append(out, setting{"GOOGLE_CLOUD_LOCATION", w.location})
	}
	return out
}

// annotate keeps the credential configuration in the pod's annotation, where the downward API finds it.
func (p *pod) annotate(file string, out *patch) *refusal {
	there, ok := p.Metadata.Annotations[estate.AnnotationCredentials]
	switch {
	case there == file:
	case ok:
		return podRefusal("credentials_foreign", "the pod comes with the annotation "+estate.AnnotationCredentials+
			", and it is not what its ServiceAccount says now; remove it from the pod's template: the webhook writes it")
	case p.Metadata.Annotations == nil:
		b := append(appendString([]byte{'{'}, estate.AnnotationCredentials), ':')
		out.add("/metadata/annotations", append(appendString(b, file), '}'))
	default:
		out.add("/metadata/annotations/landbridge.dev~1credentials", appendString(nil, file))
	}
	return nil
}

// checkVolume refuses a volume with our name that is not ours.
func (w *wish) checkVolume(v *volume) *refusal {
	switch audience := v.audience(); audience {
	case w.audience():
		return nil
	case "":
		return podRefusal("volume_foreign", "the pod has a volume "+quote(estate.VolumeName)+" of another kind; rename that volume in the pod's template")
	default:
		return podRefusal("volume_foreign", "the pod has a volume "+quote(estate.VolumeName)+" with a token for "+quote(audience)+
			", and its ServiceAccount asks for one for "+quote(w.audience())+"; remove that volume from the pod's template: the webhook adds it")
	}
}

// volumeJSON is the projected volume, with the credential file or with the token alone.
func volumeJSON(w *wish, withFile bool) []byte {
	b := append(make([]byte, 0, 512), `{"name":"`+estate.VolumeName+`","projected":{"defaultMode":`+readableByAll+
		`,"sources":[{"serviceAccountToken":{"audience":`...)
	b = appendString(b, w.audience())
	b = append(b, `,"expirationSeconds":`+decimal(w.seconds)+`,"path":"`+tokenPath+`"}}`...)
	if withFile {
		b = append(b, `,{"downwardAPI":{"items":[{"path":"`+credentialsPath+`","fieldRef":{"apiVersion":"v1","fieldPath":"`+credentialsField+`"}}]}}`...)
	}
	return append(b, `]}}`...)
}
