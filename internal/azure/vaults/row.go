package vaults

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/protect"
)

// row is a resource as Resource Graph and the vaults' own lists write it.
type row struct {
	ID             string          `json:"id"`
	Name           string          `json:"name"`
	Type           string          `json:"type"`
	Location       string          `json:"location"`
	SubscriptionID string          `json:"subscriptionId"`
	ResourceGroup  string          `json:"resourceGroup"`
	Tags           tags            `json:"tags"`
	Identity       identity        `json:"identity"`
	Properties     json.RawMessage `json:"properties"`
}

type identity struct {
	PrincipalID string `json:"principalId"`
}

// tags are an object, or whatever Resource Graph writes when there are none: null, or an empty string.
type tags map[string]string

func (t *tags) UnmarshalJSON(text []byte) error {
	if len(text) == 0 || text[0] != '{' {
		return nil
	}
	return json.Unmarshal(text, (*map[string]string)(t))
}

// moment is a time as the vaults write it: RFC 3339 with seven digits of a second, sometimes without a zone, sometimes empty.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(text []byte) error {
	var s string
	if json.Unmarshal(text, &s) != nil {
		return nil
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05Z"} {
		if t, err := time.Parse(form, s); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return nil // zero: unknown
}

func (r row) vault() protect.Vault {
	system := protect.RecoveryServices
	if strings.Contains(strings.ToLower(r.ID), "/microsoft.dataprotection/") {
		system = protect.BackupVault
	}
	return protect.Vault{
		ID: r.ID, Name: r.Name, System: system, Location: r.Location, Tags: r.Tags, Principal: r.Identity.PrincipalID,
		Subscription: protect.Part(r.ID, "subscriptions"), Group: protect.Part(r.ID, "resourceGroups"),
	}
}

// vaultOf cuts an id below a vault down to the vault's.
func vaultOf(id string) (string, protect.System) {
	const services, protection = "/microsoft.recoveryservices/vaults/", "/microsoft.dataprotection/backupvaults/"
	lower := strings.ToLower(id)
	marker, system := services, protect.RecoveryServices
	at := strings.Index(lower, services)
	if at < 0 {
		marker, system = protection, protect.BackupVault
		if at = strings.Index(lower, protection); at < 0 {
			return "", ""
		}
	}
	at += len(marker)
	name, _, _ := strings.Cut(id[at:], "/")
	return id[:at+len(name)], system
}

// workloadOf folds the words of both APIs for what is protected.
func workloadOf(kind string) protect.Workload {
	switch k := strings.ToLower(kind); k {
	case "microsoft.storage/storageaccounts/blobservices":
		return protect.Blobs
	case "microsoft.storage/storageaccounts/adlsblobservices":
		return protect.DataLake
	case "azurefileshare":
		return protect.FileShare
	case "ossdb", "microsoft.dbforpostgresql/flexibleservers", "microsoft.dbforpostgresql/servers/databases":
		return protect.PostgreSQL
	case "microsoft.dbformysql/flexibleservers":
		return protect.MySQL
	case "vm", "azureiaasvm", "microsoft.compute/virtualmachines", "microsoft.classiccompute/virtualmachines":
		return protect.VM
	case "microsoft.compute/disks":
		return protect.Disk
	case "microsoft.containerservice/managedclusters":
		return protect.AKS
	default:
		switch {
		case strings.HasPrefix(k, "sql"), strings.HasPrefix(k, "azurevmworkloadsql"):
			return protect.SQL
		case strings.HasPrefix(k, "saphana"), strings.HasPrefix(k, "azurevmworkloadsaphana"):
			return protect.SAPHANA
		case strings.HasPrefix(k, "sapase"), strings.HasPrefix(k, "azurevmworkloadsapase"):
			return protect.SAPASE
		}
	}
	return protect.Other
}
