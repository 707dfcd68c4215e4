package doctor

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// pathVariables name a file with a credential.
var pathVariables = []string{"GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", "AZURE_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_CERTIFICATE_PATH", "AZURE_AUTH_LOCATION"}

// valueVariables hold one, or a secret, or the path of a file, by the tools that read them: Google's and Microsoft's SDKs,
// Terraform, GitHub Actions' common names.
var valueVariables = []string{
	"GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON", "GOOGLE_APPLICATION_CREDENTIALS_JSON", "GOOGLE_SERVICE_ACCOUNT_KEY",
	"GCP_SERVICE_ACCOUNT_KEY", "GCP_SA_KEY", "GCP_CREDENTIALS", "VERTEXAI_CREDENTIALS", "VERTEX_CREDENTIALS", "GOOGLE_API_KEY", "GEMINI_API_KEY",
	"AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET", "AZURE_PASSWORD", "AZURE_CREDENTIALS", "AZURE_CLIENT_CERTIFICATE_PASSWORD",
	"AZURE_STORAGE_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AzureWebJobsStorage",
}

// clientVariables say whose an Azure secret is.
var clientVariables = []string{"AZURE_CLIENT_ID", "ARM_CLIENT_ID"}

func (k *keyFinder) environment() {
	if k.p.Env == nil {
		return
	}
	client := ""
	for _, name := range clientVariables {
		if client == "" {
			client = k.p.Env(name)
		}
	}
	for _, name := range slices.Concat(pathVariables, valueVariables) {
		value := k.p.Env(name)
		if value == "" {
			continue
		}
		k.out.Looked++
		var v verdict
		switch path := slices.Contains(pathVariables, name); {
		case path || strings.HasPrefix(value, "/"):
			v = k.inFile(name, value, path)
		default:
			v = judgeVariable(name, value)
		}
		for i := range v.keys {
			if v.keys[i].Identity == "" && (v.keys[i].Kind == AzureSecret || v.keys[i].Kind == AzureCert) {
				v.keys[i].Identity = client
			}
		}
		k.take("environment "+name, v, time.Time{}, nil)
	}
}

// inFile reads the file that a variable names, for certain or by its look. What it holds may be the secret itself, put into
// the wrong variable or beginning with a slash as every 64th storage key does: it is not repeated.
func (k *keyFinder) inFile(variable, name string, certain bool) verdict {
	if k.p.ReadFile == nil {
		k.skip("environment "+variable, "it names a file, and files are not read")
		return verdict{}
	}
	data, err := k.p.ReadFile(name)
	if err != nil {
		if v := judgeVariable(variable, name); len(v.keys) > 0 || v.fine {
			return v
		}
		if inner, ok := errors.AsType[*fs.PathError](err); ok {
			err = inner.Err
		}
		if certain {
			k.skip("environment "+variable, "the file that it names cannot be read: "+strings.ReplaceAll(err.Error(), name, "FILE"))
		}
		return verdict{}
	}
	v := judge(name, data[:min(len(data), maxSecretFile)])
	if strings.Contains(variable, "CERTIFICATE") && len(v.keys) == 0 && strings.Contains(string(data), "PRIVATE KEY-----") {
		v.keys = append(v.keys, Key{Kind: AzureCert})
	}
	for i := range v.keys {
		v.keys[i].Where = name
		if strings.Contains(variable, "CERTIFICATE") {
			v.keys[i].Kind = AzureCert
		}
	}
	return v
}

// judgeVariable judges a value by the name that it stands under: in the environment, in a .env file, in a Secret.
func judgeVariable(name, value string) verdict {
	value = strings.TrimSpace(value)
	if standIn(value) {
		return verdict{}
	}
	if v := judge(name+".json", []byte(value)); len(v.keys) > 0 || v.fine {
		return v
	}
	upper := strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(upper, p) })
	}
	switch {
	case has("GOOGLE_API_KEY", "GEMINI_API_KEY") || strings.HasPrefix(value, "AIza") && len(value) >= 35:
		return verdict{keys: []Key{{Kind: GoogleAPIKey}}}
	case has("AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET", "AZURE_PASSWORD", "AZURECLIENTSECRET"), strings.Contains(value, "Q~") && has("SECRET", "PASSWORD"):
		return verdict{keys: []Key{{Kind: AzureSecret}}}
	case has("AZURE_STORAGE_KEY", "AZURE_STORAGE_CONNECTION_STRING", "AZUREWEBJOBSSTORAGE") && (strings.Contains(value, "AccountKey=") || has("STORAGE_KEY")):
		return verdict{keys: []Key{{Kind: AzureStorageKey}}}
	}
	return verdict{}
}

// standIn is a value that stands for one: a reference, an example.
func standIn(value string) bool {
	lower := strings.ToLower(strings.Trim(value, `"'`))
	return lower == "" || strings.HasPrefix(lower, "$") || strings.HasPrefix(lower, "<") || strings.HasPrefix(lower, "{{") ||
		strings.HasPrefix(lower, "var.") || strings.HasPrefix(lower, "@microsoft.keyvault(") || strings.HasPrefix(lower, "xxx") || strings.HasPrefix(lower, "changeme") || strings.HasPrefix(lower, "your-")
}
