package sandbox

import (
	"net/http"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
	"github.com/landbridge/landbridge/internal/sandbox/keyvaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/kmsapi"
	"github.com/landbridge/landbridge/internal/sandbox/transferapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
	"github.com/landbridge/landbridge/internal/trust"
)

// The vault and the keys of the default world, and as whom Storage Transfer Service reads Azure.
const (
	vaultName  = "landbridge-demo"
	vaultScope = groupScope + "/providers/Microsoft.KeyVault/vaults/" + vaultName
	vaultURL   = "https://" + vaultName + keyvaultapi.Suffix
	signingKey = "manifest"
	sealingKey = "seal"
	oldSecret  = "weather-api-key"
	newSecret  = "search-api-key"

	keyRing = "projects/" + projectID + "/locations/" + location + "/keyRings/landbridge/cryptoKeys/"

	transferClient = "aaaa0007-0000-4000-8000-00000000c11e" // an application that Storage Transfer Service's agent becomes
	transferObject = "aaaa0007-0000-4000-8000-000000000b1e"

	// How long a transfer takes here: long enough to be seen on its way.
	transferQueue   = time.Second
	transferObjects = 20 * time.Millisecond
)

// keys are Key Vault, Cloud KMS and Storage Transfer Service: what signs, what seals, and who copies by order.
type keys struct {
	vaults   *keyvaultapi.Store
	kms      *kmsapi.Keys
	transfer *transferapi.Transfer
}

// mountKeys puts Cloud KMS and Storage Transfer Service among Google's APIs, beside vaults that Azure's have already.
func mountKeys(w *world.World, vaults *keyvaultapi.Store, azure http.Handler, google *googleapi.API) keys {
	return keys{
		vaults: vaults, kms: kmsapi.New(google, w),
		transfer: transferapi.New(google, w, transferapi.Options{Azure: azure, Queue: transferQueue, Object: transferObjects}),
	}
}

// seed makes one of each, and lets the workloads on both shores use them.
func (k keys) seed(w *world.World) error {
	for _, f := range []func(*world.World) error{k.seedVault, k.seedKMS, k.seedTransfer} {
		if err := f(w); err != nil {
			return err
		}
	}
	return nil
}

// seedVault makes a vault with two keys and two secrets, one of which has not been rotated for long.
func (k keys) seedVault(w *world.World) error {
	k.vaults.AddVault(keyvaultapi.Vault{Name: vaultName, TenantID: tenantID, ResourceID: vaultScope, Location: azureLocation})
	for name, kind := range map[string]string{signingKey: keyvaultapi.EC, sealingKey: keyvaultapi.RSA} {
		if _, err := k.vaults.AddKey(vaultName, name, kind); err != nil {
			return err
		}
	}
	for name, days := range map[string]int{oldSecret: 120, newSecret: 10} {
		_, err := k.vaults.AddSecret(vaultName, keyvaultapi.Secret{
			Name: name, Value: bridge.NewSecret(name + "-" + world.GUID()), Created: w.Now().AddDate(0, 0, -days), ContentType: "text/plain",
		})
		if err != nil {
			return err
		}
	}
	for _, client := range []string{workloadClient, readerClient} {
		err := w.UpdateIdentity(client, func(i *world.Identity) error {
			i.Roles = slices.Concat(i.Roles, []string{"Key Vault Crypto User on " + vaultScope, "Key Vault Secrets Officer on " + vaultScope})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (k keys) seedKMS(w *world.World) error {
	for name, algorithm := range map[string]string{signingKey: kmsapi.Ed25519, sealingKey: kmsapi.Symmetric} {
		if _, err := k.kms.AddKey(keyRing+name, algorithm); err != nil {
			return err
		}
	}
	err := w.UpdateProject(projectID, func(p *world.Project) {
		p.Services["cloudkms.googleapis.com"], p.Services["storagetransfer.googleapis.com"] = true, true
	})
	if err != nil {
		return err
	}
	aks := trust.ProviderName{Project: projectNumber, Pool: poolID, Provider: providerID}
	for _, member := range []string{
		"serviceAccount:" + callerEmail, "serviceAccount:" + jobEmail, string(aks.Principal(subject)), string(aks.Principal(workloadObject)),
	} {
		for _, role := range []string{"roles/cloudkms.signerVerifier", "roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/storagetransfer.user"} {
			if err := w.Bind(projectID, role, member); err != nil {
				return err
			}
		}
	}
	return nil
}

// seedTransfer makes the application that trusts the transfer agent, and lets the agent write to the bucket.
func (k keys) seedTransfer(w *world.World) error {
	email, agent, err := k.transfer.Agent(projectID)
	if err != nil {
		return err
	}
	w.AddIdentity(world.Identity{
		Name: "google-storage-transfer", TenantID: tenantID, ClientID: transferClient, ObjectID: transferObject, TokenVersion: 2,
		Roles: []string{"Storage Blob Data Reader on " + storageScope},
		Credentials: []trust.FederatedCredential{
			{Name: "google-storage-transfer", Issuer: world.GoogleIssuer, Subject: agent, Audiences: []string{exchangeAudience}},
		},
	})
	for _, role := range []string{"roles/storage.objectUser", "roles/storage.bucketViewer"} {
		if err := w.Bind("gs://"+bucketName, role, "serviceAccount:"+email); err != nil {
			return err
		}
	}
	return nil
}

// describeKeys fills in what they are called.
func describeKeys(p *Profile) {
	p.Azure.KeyVaultURL, p.Azure.KeyVault = p.HTTPS, vaultURL
	p.Azure.SigningKey, p.Azure.SealingKey = vaultURL+"/keys/"+signingKey, vaultURL+"/keys/"+sealingKey
	p.Azure.Secrets = []string{vaultURL + "/secrets/" + newSecret, vaultURL + "/secrets/" + oldSecret}
	p.Azure.TransferClientID = transferClient
	p.Google.KMSURL, p.Google.TransferURL = p.HTTP, p.HTTP
	p.Google.SigningKey, p.Google.SealingKey = keyRing+signingKey+"/cryptoKeyVersions/1", keyRing+sealingKey
}

// Vaults are what Key Vault holds; nil before Ready.
func (s *Sandbox) Vaults() *keyvaultapi.Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		return nil
	}
	return s.state.keys.vaults
}
