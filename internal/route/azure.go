package route

import (
	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/google"
)

// GoogleSource says which source on Google proves who the workload is; the zero value finds one.
type GoogleSource = google.SourceSettings

// AzureOptions say how to get from Google to Azure. TenantID and ClientID are needed.
type AzureOptions struct {
	World
	Source GoogleSource
	// TenantID is a GUID or a domain.
	TenantID string
	// ClientID of the app registration or user-assigned identity that trusts the Google identity.
	ClientID string
	// Scope of a lease whose request names none: one RESOURCE/.default.
	Scope string
	// AuthorityHost is Entra's address; the public cloud's when empty.
	AuthorityHost string
	// ResourceManager and StorageAccount are the base URLs of the calls that show a lease to be good: the public cloud's
	// when empty, and none when empty.
	ResourceManager, StorageAccount string
}

// Azure is the way from Google to Azure.
type Azure struct {
	*Route
	// Source is the kind that was chosen, Reason why.
	Source, Reason     string
	TenantID, ClientID string

	o AzureOptions
}

// ToAzure assembles the way from Google to Azure. It makes no call.
func ToAzure(o AzureOptions) (*Azure, error) {
	client := o.wire()
	x, err := azure.NewEntra(azure.EntraOptions{
		HTTP: client, Clock: o.Clock, TenantID: o.TenantID, ClientID: o.ClientID, AuthorityHost: o.AuthorityHost, Scope: o.Scope,
	})
	if err != nil {
		return nil, err
	}
	choice, err := google.DetectSource(google.SourceDeps{Wire: client, Clock: o.Clock, Env: o.Env}, o.Source)
	if err != nil {
		return nil, err
	}
	a := &Azure{Source: string(choice.Kind), Reason: choice.Reason, TenantID: o.TenantID, ClientID: o.ClientID, o: o}
	lines := []string{"source: " + describe(choice.Source), "tenant: " + o.TenantID, "access: as " + o.ClientID}
	a.Route, err = assemble(o.World, client, chosen{choice.Source, lines}, x)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Resources makes calls to Azure Resource Manager with this way's address.
func (a *Azure) Resources() (*azure.ResourceManager, error) {
	return azure.NewResourceManager(a.client, a.o.Clock, a.o.ResourceManager)
}

// Storage makes calls to the storage account.
func (a *Azure) Storage() (*azure.Storage, error) {
	return azure.NewStorage(a.client, a.o.Clock, a.o.StorageAccount)
}
