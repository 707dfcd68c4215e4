package world

import "slices"

func policyOf(resource string) []string {
	return []string{resource + ".getIamPolicy", resource + ".setIamPolicy"}
}

// writing are the permissions by which a kind of resource is made, changed and removed.
func writing(resource string) []string {
	return []string{resource + ".create", resource + ".delete", resource + ".undelete", resource + ".update"}
}

// predefinedRoles holds the permissions that the sandbox's APIs ask for, by the roles of Google that contain them
// (https://cloud.google.com/iam/docs/roles-permissions).
func predefinedRoles() map[string]*Role {
	all := slices.Concat[[]string]
	projectRead := []string{"resourcemanager.projects.get", "resourcemanager.projects.list"}
	accountRead := []string{"iam.serviceAccounts.get", "iam.serviceAccounts.list"}
	accountUse := []string{"iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"}
	serviceRead := []string{"serviceusage.services.get", "serviceusage.services.list"}
	vertexRead := []string{"aiplatform.endpoints.get", "aiplatform.endpoints.list", "aiplatform.models.get", "aiplatform.models.list"}
	catalogRead := []string{"aiplatform.contexts.queryContextLineageSubgraph", "aiplatform.executions.queryExecutionInputsAndOutputs"}
	for _, kind := range []string{"artifacts", "contexts", "datasets", "executions", "metadataSchemas", "metadataStores"} {
		catalogRead = append(catalogRead, "aiplatform."+kind+".get", "aiplatform."+kind+".list")
	}
	vertexRead = append(vertexRead, catalogRead...)
	catalogWrite := []string{
		"aiplatform.artifacts.create", "aiplatform.artifacts.update", "aiplatform.contexts.addContextArtifactsAndExecutions", "aiplatform.contexts.create",
		"aiplatform.contexts.update", "aiplatform.datasets.create", "aiplatform.datasets.update", "aiplatform.executions.addExecutionEvents",
		"aiplatform.executions.create", "aiplatform.executions.update", "aiplatform.metadataSchemas.create", "aiplatform.metadataStores.create",
		"aiplatform.models.update", "aiplatform.models.upload",
	}
	lineageWrite := []string{"datalineage.events.create", "datalineage.processes.create", "datalineage.processes.update", "datalineage.runs.create", "datalineage.runs.update"}
	roleRead := []string{"iam.roles.get", "iam.roles.list"}
	poolRead := []string{
		"iam.workloadIdentityPools.get", "iam.workloadIdentityPools.list",
		"iam.workloadIdentityPoolProviders.get", "iam.workloadIdentityPoolProviders.list",
	}
	poolWrite := all(writing("iam.workloadIdentityPools"), writing("iam.workloadIdentityPoolProviders"))
	accountWrite := append(writing("iam.serviceAccounts"), "iam.serviceAccounts.disable", "iam.serviceAccounts.enable")
	keys := []string{"iam.serviceAccountKeys.get", "iam.serviceAccountKeys.list"}
	vertexUse := all(projectRead, vertexRead, catalogWrite, []string{
		"aiplatform.endpoints.predict", "aiplatform.endpoints.explain", "aiplatform.batchPredictionJobs.cancel", "aiplatform.tuningJobs.cancel",
	})
	for _, kind := range []string{"batchPredictionJobs", "tuningJobs", "cachedContents"} {
		for _, verb := range []string{"create", "delete", "get", "list"} {
			vertexUse = append(vertexUse, "aiplatform."+kind+"."+verb)
		}
	}
	armorUse := []string{"modelarmor.templates.useToSanitizeModelResponse", "modelarmor.templates.useToSanitizeUserPrompt"}
	armorRead := []string{"modelarmor.templates.get", "modelarmor.templates.list"}
	objectRead := []string{"storage.objects.get", "storage.objects.list"}
	objectWrite := all(objectRead, []string{"storage.objects.create", "storage.objects.delete", "storage.objects.restore", "storage.objects.update"})
	bucketRead := []string{"storage.buckets.get", "storage.buckets.list"}
	bucketWrite := all(bucketRead, policyOf("storage.buckets"), []string{"storage.buckets.create", "storage.buckets.delete", "storage.buckets.update"})
	viewer := all(projectRead, accountRead, vertexRead, serviceRead, roleRead, poolRead, keys, []string{
		"iam.serviceAccounts.getIamPolicy", "resourcemanager.projects.getIamPolicy", "storage.buckets.list",
	})
	editor := all(viewer, vertexUse, accountWrite, lineageWrite, []string{
		"iam.serviceAccounts.actAs", "serviceusage.services.use", "serviceusage.services.enable", "serviceusage.services.disable",
	})
	owner := all(editor, policyOf("resourcemanager.projects"), policyOf("iam.serviceAccounts"), poolWrite, writing("iam.roles"), bucketWrite)
	kmsSign := []string{"cloudkms.cryptoKeyVersions.useToSign", "cloudkms.cryptoKeyVersions.viewPublicKey"}
	kmsVerify := []string{"cloudkms.cryptoKeyVersions.useToVerify", "cloudkms.cryptoKeyVersions.viewPublicKey"}
	kmsEncrypt, kmsDecrypt := []string{"cloudkms.cryptoKeyVersions.useToEncrypt"}, []string{"cloudkms.cryptoKeyVersions.useToDecrypt"}
	transferRead := []string{"storagetransfer.jobs.get", "storagetransfer.jobs.list", "storagetransfer.operations.get", "storagetransfer.operations.list", "storagetransfer.projects.getServiceAccount"}
	transferUse := all(transferRead, []string{
		"storagetransfer.jobs.create", "storagetransfer.jobs.run", "storagetransfer.jobs.update", "storagetransfer.operations.cancel",
		"storagetransfer.operations.pause", "storagetransfer.operations.resume",
	})
	out := map[string]*Role{}
	for name, permissions := range map[string][]string{
		"roles/viewer":                               viewer,
		"roles/editor":                               editor,
		"roles/owner":                                owner,
		"roles/browser":                              all(projectRead, []string{"resourcemanager.projects.getIamPolicy"}),
		"roles/aiplatform.user":                      vertexUse,
		"roles/aiplatform.admin":                     all(vertexUse, policyOf("aiplatform.endpoints")),
		"roles/aiplatform.viewer":                    all(projectRead, vertexRead),
		"roles/datalineage.producer":                 lineageWrite,
		"roles/modelarmor.user":                      armorUse,
		"roles/modelarmor.viewer":                    armorRead,
		"roles/modelarmor.admin":                     all(armorUse, armorRead),
		"roles/storage.objectViewer":                 all(projectRead, objectRead),
		"roles/storage.objectCreator":                all(projectRead, []string{"storage.objects.create"}),
		"roles/storage.objectUser":                   all(projectRead, objectWrite),
		"roles/storage.objectAdmin":                  all(projectRead, objectWrite, policyOf("storage.objects")),
		"roles/storage.bucketViewer":                 bucketRead,
		"roles/storage.legacyBucketReader":           {"storage.buckets.get", "storage.objects.list"},
		"roles/storage.admin":                        all(projectRead, objectWrite, policyOf("storage.objects"), bucketWrite),
		"roles/cloudkms.signer":                      kmsSign,
		"roles/cloudkms.signerVerifier":              all(kmsSign, kmsVerify),
		"roles/cloudkms.publicKeyViewer":             {"cloudkms.cryptoKeyVersions.viewPublicKey"},
		"roles/cloudkms.cryptoKeyEncrypter":          kmsEncrypt,
		"roles/cloudkms.cryptoKeyDecrypter":          kmsDecrypt,
		"roles/cloudkms.cryptoKeyEncrypterDecrypter": all(kmsEncrypt, kmsDecrypt),
		"roles/storagetransfer.viewer":               all(projectRead, transferRead),
		"roles/storagetransfer.user":                 all(projectRead, transferUse),
		"roles/storagetransfer.admin":                all(projectRead, transferUse, []string{"storagetransfer.jobs.delete", "storagetransfer.operations.assign", "storagetransfer.operations.report"}),
		"roles/dlp.user":                             {"serviceusage.services.use"},
		"roles/iam.workloadIdentityUser":             all(accountRead, accountUse),
		"roles/iam.serviceAccountTokenCreator":       all(accountRead, accountUse, []string{"iam.serviceAccounts.implicitDelegation", "iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt"}),
		"roles/iam.serviceAccountOpenIdTokenCreator": {"iam.serviceAccounts.getOpenIdToken"},
		"roles/iam.serviceAccountUser":               all(accountRead, projectRead, []string{"iam.serviceAccounts.actAs"}),
		"roles/iam.serviceAccountAdmin":              all(accountRead, projectRead, accountWrite, policyOf("iam.serviceAccounts")),
		"roles/iam.serviceAccountCreator":            all(accountRead, projectRead, []string{"iam.serviceAccounts.create"}),
		"roles/iam.serviceAccountKeyAdmin":           all(accountRead, projectRead, keys),
		"roles/iam.serviceAccountViewer":             all(accountRead, projectRead, keys, []string{"iam.serviceAccounts.getIamPolicy"}),
		"roles/iam.securityReviewer":                 all(projectRead, poolRead, accountRead, roleRead, keys, []string{"iam.serviceAccounts.getIamPolicy", "resourcemanager.projects.getIamPolicy"}),
		"roles/iam.roleViewer":                       all(roleRead, projectRead, []string{"resourcemanager.projects.getIamPolicy"}),
		"roles/iam.roleAdmin":                        all(roleRead, writing("iam.roles"), projectRead, []string{"resourcemanager.projects.getIamPolicy"}),
		"roles/iam.workloadIdentityPoolViewer":       all(projectRead, poolRead),
		"roles/iam.workloadIdentityPoolAdmin":        all(projectRead, poolRead, poolWrite),
		"roles/resourcemanager.projectIamAdmin":      all(projectRead, policyOf("resourcemanager.projects")),
		"roles/serviceusage.serviceUsageViewer":      serviceRead,
		"roles/serviceusage.serviceUsageConsumer":    all(serviceRead, []string{"serviceusage.services.use"}),
		"roles/serviceusage.serviceUsageAdmin":       all(serviceRead, []string{"serviceusage.services.use", "serviceusage.services.enable", "serviceusage.services.disable"}),
	} {
		out[name] = &Role{Name: name, Title: name, Stage: "GA", Permissions: slices.Compact(slices.Sorted(slices.Values(permissions)))}
	}
	return out
}
