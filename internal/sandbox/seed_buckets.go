package sandbox

import (
	"github.com/landbridge/landbridge/internal/sandbox/storageapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// seedBuckets makes the bucket that copies go to, and lets the callers of Vertex AI write to it.
func seedBuckets(w *world.World, buckets *storageapi.Storage) error {
	if err := buckets.AddBucket(storageapi.Bucket{Name: bucketName, Project: projectID, Location: location}); err != nil {
		return err
	}
	aks := trust.ProviderName{Project: projectNumber, Pool: poolID, Provider: providerID}
	for _, member := range []string{
		"serviceAccount:" + callerEmail, "serviceAccount:" + jobEmail,
		string(aks.Principal(subject)), string(aks.Principal(workloadObject)), string(aks.Principal(vmObject)), string(aks.Principal(arcObject)),
	} {
		for _, role := range []string{"roles/storage.objectUser", "roles/storage.bucketViewer"} {
			if err := w.Bind("gs://"+bucketName, role, member); err != nil {
				return err
			}
		}
	}
	return nil
}
