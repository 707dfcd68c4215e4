package vaults_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dataprotection/armdataprotection/v3"
	dataprotection "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/dataprotection/armdataprotection/v3/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservices"
	recoveryservices "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservices/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservicesbackup/v4"
	servicesbackup "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/recoveryservices/armrecoveryservicesbackup/v4/fake"
	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/azure/vaults"
	"github.com/landbridge/landbridge/internal/protect"
)

// example reads the answer of one of Azure's own examples.
func example[T any](t *testing.T, name string) (out T) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Response json.RawMessage `json:"response"`
	}
	if err := json.Unmarshal(content, &in); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(in.Response, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// paged is a pager of one page of an example.
func paged[T any](t *testing.T, name string) (resp fake.PagerResponder[T]) {
	resp.AddPage(http.StatusOK, example[T](t, name), nil)
	return resp
}

// examples is the adapter over the SDK's own fake servers, which answer with Azure's own examples.
func examples(t *testing.T) *vaults.Vaults {
	protection := dataprotection.NewServerFactoryTransport(&dataprotection.ServerFactory{
		BackupVaultsServer: dataprotection.BackupVaultsServer{
			NewGetInSubscriptionPager: func(*armdataprotection.BackupVaultsClientGetInSubscriptionOptions) fake.PagerResponder[armdataprotection.BackupVaultsClientGetInSubscriptionResponse] {
				return paged[armdataprotection.BackupVaultsClientGetInSubscriptionResponse](t, "GetBackupVaultsInSubscription")
			},
		},
		BackupInstancesServer: dataprotection.BackupInstancesServer{
			NewListPager: func(string, string, *armdataprotection.BackupInstancesClientListOptions) fake.PagerResponder[armdataprotection.BackupInstancesClientListResponse] {
				return paged[armdataprotection.BackupInstancesClientListResponse](t, "ListBackupInstances")
			},
		},
		DeletedBackupInstancesServer: dataprotection.DeletedBackupInstancesServer{
			NewListPager: func(string, string, *armdataprotection.DeletedBackupInstancesClientListOptions) fake.PagerResponder[armdataprotection.DeletedBackupInstancesClientListResponse] {
				return paged[armdataprotection.DeletedBackupInstancesClientListResponse](t, "ListDeletedBackupInstances")
			},
		},
		BackupPoliciesServer: dataprotection.BackupPoliciesServer{
			NewListPager: func(string, string, *armdataprotection.BackupPoliciesClientListOptions) fake.PagerResponder[armdataprotection.BackupPoliciesClientListResponse] {
				return paged[armdataprotection.BackupPoliciesClientListResponse](t, "ListBackupPolicy")
			},
		},
		JobsServer: dataprotection.JobsServer{
			NewListPager: func(string, string, *armdataprotection.JobsClientListOptions) fake.PagerResponder[armdataprotection.JobsClientListResponse] {
				return paged[armdataprotection.JobsClientListResponse](t, "ListBackupJobs")
			},
		},
		RecoveryPointsServer: dataprotection.RecoveryPointsServer{
			NewListPager: func(string, string, string, *armdataprotection.RecoveryPointsClientListOptions) fake.PagerResponder[armdataprotection.RecoveryPointsClientListResponse] {
				return paged[armdataprotection.RecoveryPointsClientListResponse](t, "ListRecoveryPoints")
			},
		},
	})
	services := servicesbackup.NewServerFactoryTransport(&servicesbackup.ServerFactory{
		BackupProtectedItemsServer: servicesbackup.BackupProtectedItemsServer{
			NewListPager: func(string, string, *armrecoveryservicesbackup.BackupProtectedItemsClientListOptions) fake.PagerResponder[armrecoveryservicesbackup.BackupProtectedItemsClientListResponse] {
				return paged[armrecoveryservicesbackup.BackupProtectedItemsClientListResponse](t, "BackupProtectedItems_List")
			},
		},
		BackupPoliciesServer: servicesbackup.BackupPoliciesServer{
			NewListPager: func(string, string, *armrecoveryservicesbackup.BackupPoliciesClientListOptions) fake.PagerResponder[armrecoveryservicesbackup.BackupPoliciesClientListResponse] {
				return paged[armrecoveryservicesbackup.BackupPoliciesClientListResponse](t, "BackupPolicies_List")
			},
		},
		BackupJobsServer: servicesbackup.BackupJobsServer{
			NewListPager: func(string, string, *armrecoveryservicesbackup.BackupJobsClientListOptions) fake.PagerResponder[armrecoveryservicesbackup.BackupJobsClientListResponse] {
				return paged[armrecoveryservicesbackup.BackupJobsClientListResponse](t, "ListServicesJobs")
			},
		},
		RecoveryPointsServer: servicesbackup.RecoveryPointsServer{
			NewListPager: func(string, string, string, string, string, *armrecoveryservicesbackup.RecoveryPointsClientListOptions) fake.PagerResponder[armrecoveryservicesbackup.RecoveryPointsClientListResponse] {
				return paged[armrecoveryservicesbackup.RecoveryPointsClientListResponse](t, "RecoveryPoints_List")
			},
		},
	})
	own := recoveryservices.NewServerFactoryTransport(&recoveryservices.ServerFactory{VaultsServer: recoveryservices.VaultsServer{
		NewListBySubscriptionIDPager: func(*armrecoveryservices.VaultsClientListBySubscriptionIDOptions) fake.PagerResponder[armrecoveryservices.VaultsClientListBySubscriptionIDResponse] {
			var resp fake.PagerResponder[armrecoveryservices.VaultsClientListBySubscriptionIDResponse]
			name, id := "own", "/subscriptions/s/resourceGroups/g/providers/Microsoft.RecoveryServices/vaults/own"
			resp.AddPage(http.StatusOK, armrecoveryservices.VaultsClientListBySubscriptionIDResponse{VaultList: armrecoveryservices.VaultList{Value: []*armrecoveryservices.Vault{{Name: &name, ID: &id}}}}, nil)
			return resp
		},
	}})
	return adapter(t, routed{own, protection, services})
}

// routed chooses a fake by the request's provider and path: each knows the calls of one module of the SDK.
type routed struct{ vaults, protection, services policy.Transporter }

func (f routed) Do(r *http.Request) (*http.Response, error) {
	switch {
	case path.Base(r.URL.Path) == "vaults":
		return f.vaults.Do(r)
	case strings.Contains(r.URL.Path, "/Microsoft.DataProtection/"):
		return f.protection.Do(r)
	}
	return f.services.Do(r)
}

// TestAzuresOwnExamples reads them all, over the SDK's own fakes.
func TestAzuresOwnExamples(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := examples(t)
		s := protect.Scope{Subscriptions: []string{"s"}, Direct: true}
		items := map[string]protect.Item{}
		for _, i := range whole(t, v.Items(t.Context(), s)) {
			items[i.Name] = i
		}
		vm, deleted, db := items["iaasvm-1"], items["testInstance1"], items["harshitbi2"]
		if vm.Workload != protect.VM || vm.State != protect.Protected || vm.LastStatus != protect.Succeeded || vm.Health != "Passed" || vm.LastPoint.Year() != 2017 {
			t.Errorf("the machine: %+v", vm)
		}
		if deleted.State != protect.SoftDeleted || !deleted.Purge.Truncate(time.Second).Equal(time.Date(2022, 5, 20, 0, 0, 36, 0, time.UTC)) {
			t.Errorf("the deleted one: %+v", deleted)
		}
		if db.Workload != protect.PostgreSQL || db.State != protect.Failing {
			t.Errorf("the database: %+v", db)
		}

		var archived, near int
		for _, p := range whole(t, v.Points(t.Context(), vm, protect.Range{})) {
			if p.Archived(p.Time.AddDate(10, 0, 0)) {
				archived++
			}
			if _, ok := p.Copy(protect.Operational); ok {
				near++
			}
		}
		if archived != 1 || near != 1 {
			t.Errorf("%d archived points, %d near", archived, near)
		}
		points := whole(t, v.Points(t.Context(), db, protect.Range{}))
		if len(points) != 2 || len(points[0].Copies) != 2 || points[0].Expiry.IsZero() {
			t.Errorf("the database's points: %+v", points)
		}

		states := map[protect.JobState]int{}
		for _, j := range whole(t, v.Jobs(t.Context(), s)) {
			states[j.State]++
		}
		if states[protect.Unclear] > 0 || states[protect.Running] == 0 || states[protect.Succeeded] == 0 {
			t.Errorf("jobs: %v", states)
		}
		var retention []string
		for _, p := range whole(t, v.Policies(t.Context(), s)) {
			if p.Name == "OSSDBPolicy" {
				retention = p.Retention
			}
		}
		if diff := cmp.Diff([]string{"P1W", "P12W"}, retention); diff != "" {
			t.Errorf("retention (-want +got):\n%s", diff)
		}
	})
}
