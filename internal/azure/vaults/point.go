package vaults

import (
	"encoding/json"
	"strings"

	"github.com/landbridge/landbridge/internal/protect"
)

// recoveryPoint is the union of the recovery points of both systems.
type recoveryPoint struct {
	// Recovery Services vaults.
	Time      moment `json:"recoveryPointTime"`
	TimeInUTC moment `json:"recoveryPointTimeInUTC"`
	Kind      string `json:"recoveryPointType"`
	Type      string `json:"type"`
	Tiers     []struct {
		Type     string `json:"type"`
		Status   string `json:"status"`
		Extended struct {
			Rehydrated moment `json:"RehydratedRPExpiryTime"`
		} `json:"extendedInfo"`
	} `json:"recoveryPointTierDetails"`
	Snapshot string `json:"fileShareSnapshotUri"`
	More     struct {
		Expiry  moment `json:"expiryTime"`
		Deleted bool   `json:"isSoftDeleted"`
	} `json:"recoveryPointProperties"`

	// Backup vaults.
	Expiry moment `json:"expiryTime"`
	State  string `json:"recoveryPointState"`
	Stores []struct {
		Type       string `json:"type"`
		State      string `json:"state"`
		Expiry     moment `json:"expiryTime"`
		Rehydrated moment `json:"rehydrationExpiryTime"`
	} `json:"recoveryPointDataStoresDetails"`
}

// point reads a recovery point of either system.
func (r row) point(item protect.Item) (protect.Point, error) {
	var p recoveryPoint
	if err := json.Unmarshal(r.Properties, &p); err != nil {
		return protect.Point{}, malformed(r.ID, err)
	}
	out := protect.Point{
		ID: r.ID, Name: r.Name, Item: item.ID, Time: p.Time.Time, Kind: first(p.Kind, p.Type), Snapshot: p.Snapshot,
		Expiry: p.Expiry.Time, Deleted: p.More.Deleted, Partial: strings.EqualFold(p.State, "Partial"),
	}
	if out.Time.IsZero() {
		out.Time = p.TimeInUTC.Time
	}
	if out.Expiry.IsZero() {
		out.Expiry = p.More.Expiry.Time
	}
	for _, t := range p.Tiers {
		if tier, ok := tierOf(t.Type); ok && !strings.EqualFold(t.Status, "Deleted") && !strings.EqualFold(t.Status, "Disabled") {
			out.Copies = append(out.Copies, protect.Copy{Tier: tier, Rehydrated: t.Extended.Rehydrated.Time})
		}
	}
	for _, s := range p.Stores {
		if tier, ok := tierOf(s.Type); ok && !strings.EqualFold(s.State, "DELETED") {
			out.Copies = append(out.Copies, protect.Copy{Tier: tier, Expiry: s.Expiry.Time, Rehydrated: s.Rehydrated.Time})
		}
	}
	if len(p.Tiers) == 0 && p.Snapshot != "" { // points of shares from before there were tiers
		out.Copies = append(out.Copies, protect.Copy{Tier: protect.Operational})
	}
	return out, nil
}

// tierOf folds the words of both APIs for where bytes are.
func tierOf(raw string) (protect.Tier, bool) {
	switch strings.ToLower(raw) {
	case "instantrp", "operationalstore", "snapshot":
		return protect.Operational, true
	case "hardenedrp", "vaultstore", "backupstorage":
		return protect.InVault, true
	case "archivedrp", "archivestore":
		return protect.Archive, true
	}
	return "", false
}
