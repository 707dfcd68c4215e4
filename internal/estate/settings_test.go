package estate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
)

const provider = "projects/123456789/locations/global/workloadIdentityPools/azure/providers/aks-prod"

func TestSettings(t *testing.T) {
	t.Parallel()
	annotations := map[string]string{estate.AnnotationProvider: provider, estate.AnnotationProject: "shop-prod", estate.AnnotationTokenSeconds: "3600"}
	want := map[string]string{
		"account": "api", "audience": "https://iam.googleapis.com/" + provider, "project": "shop-prod", "token-seconds": "3600",
		"credentials.json": estate.CredentialFile{Provider: provider}.JSON(),
	}
	if d := cmp.Diff(want, estate.Settings("api", annotations, estate.CredentialFile{})); d != "" {
		t.Error(d)
	}
	annotations[estate.AnnotationMode] = estate.ModeMetadata
	if got := estate.Settings("api", annotations, estate.CredentialFile{}); got != nil {
		t.Errorf("settings of mode metadata = %v, want none", got)
	}
	if got := estate.Settings("api", nil, estate.CredentialFile{}); got != nil {
		t.Errorf("settings without a provider = %v, want none", got)
	}
}
