package webhook

import (
	"github.com/landbridge/landbridge/internal/estate"
)

// readEntra reads who the account is at Entra; nil when its provider trusts the cluster. The token for Entra comes from this
// webhook like any other, so that Azure's own webhook is not needed.
func readEntra(who account, annotations map[string]string) (*entra, *refusal) {
	switch route := annotations[estate.AnnotationRoute]; route {
	case "":
		return nil, nil
	case estate.RouteEntra:
	default:
		return nil, who.refuse(estate.AnnotationRoute, estate.RouteEntra, quote(route)+" is not "+estate.RouteEntra+
			", the one route that is named; without the annotation the provider trusts the cluster")
	}
	if mode := estate.ModeOf(annotations); mode != estate.ModeMetadata {
		return nil, who.refuse(estate.AnnotationMode, estate.ModeMetadata, quote(mode)+" is not possible with "+estate.AnnotationRoute+"="+estate.RouteEntra+
			": a credential file cannot ask entra for its token")
	}
	e := &entra{client: annotations[estate.AnnotationEntraClient], tenant: annotations[estate.AnnotationEntraTenant]}
	const needed = "it is missing, and " + estate.AnnotationRoute + "=" + estate.RouteEntra + " needs it"
	switch {
	case e.client == "":
		return nil, who.refuse(estate.AnnotationEntraClient, "CLIENT_ID", needed+" (az identity show --query clientId)")
	case !estate.IsGUID(e.client):
		return nil, who.refuse(estate.AnnotationEntraClient, "CLIENT_ID", quote(e.client)+" is not a client id, which is a GUID (az identity show --query clientId)")
	case e.tenant == "":
		return nil, who.refuse(estate.AnnotationEntraTenant, "TENANT_ID", needed+" (az account show --query tenantId)")
	case !estate.IsGUID(e.tenant):
		return nil, who.refuse(estate.AnnotationEntraTenant, "TENANT_ID", quote(e.tenant)+" is not a tenant, which is a GUID (az account show --query tenantId)")
	}
	return e, nil
}
