package webhook_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/trust"
)

// A pod's credential file is, byte for byte, what "landbridge credentials write" writes for the same provider, whose own
// golden files gcloud wrote; and its token is for the audience that the provider accepts.
func TestCredentialsAreTheOnesThatTheCommandWrites(t *testing.T) {
	t.Parallel()
	for _, file := range []estate.CredentialFile{
		{Provider: provider},
		{Provider: provider, ServiceAccount: "vertex@shop-prod.iam.gserviceaccount.com"},
		{Provider: provider, STS: "https://sts.europe-west4.rep.googleapis.com"},
		{Provider: provider, ServiceAccount: "vertex@shop-prod.iam.gserviceaccount.com", STS: "http://127.0.0.1:8080", IAMCredentials: "http://127.0.0.1:8080"},
	} {
		want, err := google.CredentialFile{
			Provider: file.Provider, ServiceAccount: file.ServiceAccount, Source: google.CredentialSource{File: estate.TokenFile},
			STSEndpoint: file.STS, IAMEndpoint: file.IAMCredentials,
		}.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), file.JSON()); d != "" {
			t.Error(d)
		}
	}
	name, err := trust.ParseProviderName(provider)
	if err != nil || name.TokenAudience() != estate.TokenAudience(provider) {
		t.Errorf("audience %q, want %q, %v", estate.TokenAudience(provider), name.TokenAudience(), err)
	}
	// And that is what stands in the pod.
	var pod struct {
		Metadata struct{ Annotations map[string]string }
	}
	answer := newDoor(t, map[string]string{estate.AnnotationProvider: "//iam.googleapis.com/" + provider}).review(t, newPod([]byte(plainPod)))
	if err := json.Unmarshal(apply(t, []byte(plainPod), answer.Patch), &pod); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(estate.CredentialFile{Provider: provider}.JSON(), pod.Metadata.Annotations[estate.AnnotationCredentials]); d != "" {
		t.Error(d)
	}
}
