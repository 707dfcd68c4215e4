package doctor

import (
	"strings"

	"github.com/landbridge/landbridge/internal/estate"
)

// migrate says how to do without a key, step by step: first the way that needs none, then its proof, and the key last.
func migrate(k *Key) []Migration {
	var out []Migration
	switch k.Kind {
	case GoogleKey, GoogleAPIKey, GoogleClient:
		out = toGoogle(k)
	case GoogleUser:
		return []Migration{
			{Text: "a person's credentials do not belong to a workload: let it have an identity of its own", YAML: workloadYAML(k)},
			{Text: "take the refresh token back", Command: "gcloud auth application-default revoke"},
		}
	case AzureSecret, AzureCert, PrivateKeyFile:
		out = toAzure(k)
	case AzureStorageKey:
		return []Migration{
			{Text: "give the identity a role on the storage account in place of its key", Command: `az role assignment create --assignee IDENTITY_OBJECT_ID --role "Storage Blob Data Reader" --scope STORAGE_ACCOUNT_ID`},
			{Text: "switch shared keys off, which makes every copy of the key worthless", Command: "az storage account update --name STORAGE_ACCOUNT --resource-group GROUP --allow-shared-key-access false"},
		}
	}
	return out
}

func toGoogle(k *Key) []Migration {
	out := []Migration{
		{Text: "let the workload have an identity of its own: write this into landbridge.yaml", YAML: workloadYAML(k)},
		{Text: "make it so", Command: "landbridge setup apply"},
		{Text: "see it cross without the key", Command: "landbridge setup verify"},
	}
	out = append(out, unhook(k)...)
	account := orWord(k.Identity, "SERVICE_ACCOUNT")
	switch k.Kind {
	case GoogleAPIKey:
		return append(out, Migration{Text: "delete the key", Command: "gcloud services api-keys delete KEY"})
	case GoogleClient:
		return append(out, Migration{Text: "workload identity federation needs no client secret: write the file anew", Command: "landbridge credentials write"})
	}
	id := orWord(k.KeyID, "KEY_ID")
	if k.KeyID == "" {
		out = append(out, Migration{Text: "find the key", Command: "gcloud iam service-accounts keys list --iam-account=" + account + " --managed-by=user"})
	}
	return append(out,
		Migration{Text: "switch the key off, and watch for a day that nothing misses it", Command: "gcloud iam service-accounts keys disable " + id + " --iam-account=" + account},
		Migration{Text: "delete it", Command: "gcloud iam service-accounts keys delete " + id + " --iam-account=" + account})
}

func toAzure(k *Key) []Migration {
	client := orWord(k.Identity, "CLIENT_ID")
	out := []Migration{
		{Text: "let a managed identity take the place of the secret: on Azure by itself, elsewhere by a federated credential; for a workload on Google write this into landbridge.yaml", YAML: backYAML()},
		{Text: "make it so", Command: "landbridge setup apply"},
	}
	out = append(out, unhook(k)...)
	cert := ""
	if k.Kind != AzureSecret {
		cert = " --cert"
	}
	if k.KeyID == "" {
		out = append(out, Migration{Text: "find the credential", Command: "az ad app credential list --id " + client + cert})
	}
	return append(out, Migration{Text: "delete it", Command: "az ad app credential delete --id " + client + " --key-id " + orWord(k.KeyID, "KEY_ID") + cert})
}

// unhook takes the key away from where it was found.
func unhook(k *Key) []Migration {
	where := k.Where
	switch {
	case strings.HasPrefix(where, "environment "):
		name, file, named := strings.Cut(strings.TrimPrefix(where, "environment "), ": ")
		out := []Migration{{Text: "take the variable out of the program's environment", Command: "unset " + name}}
		if named {
			out = append(out, Migration{Text: "remove the file", Command: "rm -- " + quote(file)})
		}
		return out
	case strings.HasPrefix(where, "google iam"):
		return nil
	case strings.Contains(where, ".tfstate"):
		return []Migration{{Text: "take the resource out of the configuration, apply, and remove old versions of the state: each holds the secret"}}
	case k.held != nil && k.held.Object == "Pod":
		return []Migration{{Text: "take the variable " + k.held.Entry + " out of what makes the pod", Command: "kubectl get pod " + quote(k.held.Name) + " --namespace=" + quote(k.held.Namespace) + " -o jsonpath='{.metadata.ownerReferences}'"}}
	case k.held != nil:
		object := strings.ToLower(k.held.Object)
		return []Migration{{Text: "take the " + k.held.Object + " out of the pods that use it, then delete it", Command: "kubectl delete " + object + " " + quote(k.held.Name) + " --namespace=" + quote(k.held.Namespace)}}
	}
	file, entry, inside := strings.Cut(where, ": ")
	if inside {
		return []Migration{{Text: "take " + entry + " out of " + file + ", and out of the history of any repository that has it"}}
	}
	return []Migration{{Text: "remove the file, and take it out of the history of any repository that has it", Command: "rm -- " + quote(file)}}
}

// workloadYAML is the entry of landbridge.yaml for whoever uses the key.
func workloadYAML(k *Key) string {
	namespace, account, service := "NAMESPACE", "ACCOUNT", ""
	if k.held != nil {
		namespace = k.held.Namespace
	}
	project := orWord(k.Project, "PROJECT")
	name := "WORKLOAD"
	if of := estate.AccountProject(k.Identity); of != "" {
		name, _, _ = strings.Cut(k.Identity, "@")
		service = k.Identity
		if k.Project == "" {
			project = of
		}
	}
	yaml := "setup:\n  workloads:\n    - name: " + name + "\n      kubernetes: {clusters: [CLUSTER], namespace: " + namespace + ", service_account: " + account + "}\n      to_google:\n"
	if service != "" {
		yaml += "        service_account: " + service + "\n"
	}
	return yaml + "        projects: [" + project + "]\n        roles: [roles/aiplatform.user]\n"
}

func backYAML() string {
	return "setup:\n  workloads:\n    - name: WORKLOAD\n      google_account: ACCOUNT@" + estate.AccountDomain("PROJECT") +
		"\n      to_azure:\n        identity: IDENTITY\n        roles: [\"ROLE on SCOPE\"]\n"
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return quote(s)
}
