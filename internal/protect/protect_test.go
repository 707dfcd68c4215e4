package protect_test

import (
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/protect"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	const id = "/subscriptions/S/resourceGroups/G/providers/Microsoft.RecoveryServices/vaults/V/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;g;vm"
	if !protect.Same(id, "/SUBSCRIPTIONS/s/resourcegroups/g/providers/microsoft.recoveryservices/vaults/v/backupfabrics/azure/protectioncontainers/iaasvmcontainer;iaasVMContainerV2;G;VM/") {
		t.Error("one id in two cases is two")
	}
	for after, want := range map[string]string{"resourcegroups": "G", "vaults": "V", "protectionContainers": "IaasVMContainer;iaasvmcontainerv2;g;vm", "backupInstances": ""} {
		if got := protect.Part(id, after); got != want {
			t.Errorf("after %s: %q, want %q", after, got, want)
		}
	}
}

func TestJobStates(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]protect.JobState{
		"InProgress": protect.Running, "Started": protect.Running, "Completed": protect.Succeeded, "Success": protect.Succeeded, "Succeeded": protect.Succeeded,
		"CompletedWithWarnings": protect.Warned, "SuccessWithWarning": protect.Warned, "Failed": protect.Failed, "Cancelled": protect.Cancelled, "Cancelling": protect.Cancelling,
		"Queued": protect.Queued, "Dreaming": protect.Unclear, "": protect.Unclear,
	} {
		if got := protect.JobStateOf(raw); got != want {
			t.Errorf("%q is %s, want %s", raw, got, want)
		}
	}
	if protect.Running.Over() || protect.Unclear.Over() || !protect.Warned.Over() {
		t.Error("which jobs are over")
	}
}

func TestArchived(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	frozen := protect.Copy{Tier: protect.Archive}
	for name, tc := range map[string]struct {
		copies []protect.Copy
		want   bool
	}{
		"in the archive alone":  {[]protect.Copy{frozen}, true},
		"in the vault too":      {[]protect.Copy{frozen, {Tier: protect.InVault}}, false},
		"brought back":          {[]protect.Copy{{Tier: protect.Archive, Rehydrated: noon.Add(time.Hour)}}, false},
		"brought back long ago": {[]protect.Copy{{Tier: protect.Archive, Rehydrated: noon.Add(-time.Hour)}}, true},
		"nowhere":               {nil, false},
	} {
		if got := (protect.Point{Copies: tc.copies}).Archived(noon); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
