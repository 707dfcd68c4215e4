package vaultapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/armapi"
	"github.com/landbridge/landbridge/internal/sandbox/vaultapi"
	"github.com/landbridge/landbridge/internal/sandbox/world"
)

const (
	group    = "/subscriptions/s/resourceGroups/g"
	account  = group + "/providers/Microsoft.Storage/storageAccounts/models"
	staging  = group + "/providers/Microsoft.Storage/storageAccounts/staging"
	backups  = group + "/providers/Microsoft.DataProtection/backupVaults/" + vaultapi.SceneBackupVault
	services = group + "/providers/Microsoft.RecoveryServices/vaults/" + vaultapi.SceneServicesVault

	operator = "aaaa0001-0000-4000-8000-000000000b1e"
	reader   = "aaaa0002-0000-4000-8000-000000000b1e"
	nobody   = "aaaa0003-0000-4000-8000-000000000b1e"
)

// vaults is the API in a synctest bubble, whose clock is the world's.
type vaults struct {
	*testing.T
	world *world.World
	api   *vaultapi.API
}

func newVaults(t *testing.T) *vaults {
	t.Helper()
	w := world.New(time.Now)
	w.AddTenant(world.Tenant{ID: "t"})
	w.AddSubscription(world.Subscription{ID: "s", TenantID: "t"})
	w.AddStorageAccount(world.StorageAccount{Name: "models", ResourceID: account, Containers: map[string]map[string][]byte{"weights": {"1.bin": []byte("one")}}})
	w.AddStorageAccount(world.StorageAccount{Name: "staging", ResourceID: staging})
	for id, roles := range map[string][]string{operator: {"Backup Operator on " + group, "Storage Account Backup Contributor on " + staging}, reader: {"Backup Reader on " + group}, nobody: nil} {
		w.AddIdentity(world.Identity{TenantID: "t", ClientID: id, ObjectID: id, Managed: true, Roles: roles})
	}
	v := &vaults{T: t, world: w, api: vaultapi.New(w, vaultapi.Options{Accept: time.Minute, Job: 10 * time.Minute})}
	v.api.Play(vaultapi.Scene{Group: group, Location: "westeurope", Account: account, Contents: map[string][]vaultapi.Object{"weights": {{Name: "1.bin", Content: []byte("one")}}}})
	return v
}

type answer struct {
	*httptest.ResponseRecorder
	body map[string]any
}

// call asks in somebody's name; body is JSON, or "".
func (v *vaults) call(who, method, url, body string) answer {
	v.Helper()
	url = strings.TrimPrefix(url, "http://example.com")
	if !strings.Contains(url, "api-version") {
		url += "?api-version=2025-02-01"
	}
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	v.api.Serve(a, r, armapi.Caller{Tenant: "t", ObjectID: who, Name: who})
	if a.Body.Len() > 0 {
		if err := json.Unmarshal(a.Body.Bytes(), &a.body); err != nil {
			v.Fatalf("%s: %v", a.Body, err)
		}
	}
	return a
}

func (a answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	return fmt.Sprint(e["code"])
}

// point is a vaulted point of the scene's account.
const point = "7fb2cddd-c5b3-44f6-a0d9-000000000001"

func restoreOf(point, target string) string {
	return `{"objectType":"AzureBackupRecoveryPointBasedRestoreRequest","recoveryPointId":"` + point + `","sourceDataStoreType":"VaultStore","restoreTargetInfo":{
		"objectType":"ItemLevelRestoreTargetInfo","recoveryOption":"FailIfExists","restoreLocation":"westeurope","datasourceInfo":{"resourceID":"` + target + `"},
		"restoreCriteria":[{"objectType":"ItemPathBasedRestoreCriteria","itemPath":"weights","isPathRelativeToBackupItem":true}]}}`
}

// TestAcceptedIsNotDone walks a restore through: accepted, operation, job, bytes.
func TestAcceptedIsNotDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVaults(t)
		a := v.call(operator, http.MethodPost, backups+"/backupInstances/"+vaultapi.SceneBlobs+"/restore", restoreOf(point, staging))
		if a.Code != http.StatusAccepted || a.Header().Get("Retry-After") != "60" {
			t.Fatalf("%d %s", a.Code, a.Body)
		}
		status, result := a.Header().Get("Azure-AsyncOperation"), a.Header().Get("Location")
		if got := v.call(operator, http.MethodGet, status, ""); got.body["status"] != "InProgress" {
			t.Errorf("at once: %s", got.Body)
		}
		if got := v.call(operator, http.MethodGet, result, ""); got.Code != http.StatusAccepted {
			t.Errorf("the result at once: %d", got.Code)
		}
		time.Sleep(6 * time.Minute)
		done := v.call(operator, http.MethodGet, status, "")
		job, _ := done.body["properties"].(map[string]any)["jobId"].(string)
		if done.body["status"] != "Succeeded" || job == "" || v.call(operator, http.MethodGet, result, "").body["jobId"] != job {
			t.Fatalf("the operation: %s", done.Body)
		}
		running := v.call(operator, http.MethodGet, job, "").body["properties"].(map[string]any)
		task := running["extendedInfo"].(map[string]any)["subTasks"].([]any)[0].(map[string]any)
		if running["status"] != "InProgress" || task["taskProgress"] != "50" {
			t.Errorf("the job: %v", running)
		}
		if v.staged() != "" {
			t.Error("there are bytes before the job is over")
		}
		time.Sleep(6 * time.Minute)
		if ended := v.call(operator, http.MethodGet, job, "").body["properties"].(map[string]any); ended["status"] != "Completed" || ended["endTime"] == nil {
			t.Errorf("the job at its end: %v", ended)
		}
		if v.staged() != "one" {
			t.Errorf("staged %q", v.staged())
		}
		// Once more into the same place: it fails in the job, be the container empty by now.
		found, _ := v.world.StorageAccount("staging")
		found.Containers = map[string]map[string][]byte{"weights": {}}
		v.world.AddStorageAccount(found)
		a = v.call(operator, http.MethodPost, backups+"/backupInstances/"+vaultapi.SceneBlobs+"/restore", restoreOf(point, staging))
		time.Sleep(time.Hour)
		job, _ = v.call(operator, http.MethodGet, a.Header().Get("Location"), "").body["jobId"].(string)
		if again := v.call(operator, http.MethodGet, job, "").body["properties"].(map[string]any); again["status"] != "Failed" || again["errorDetails"].([]any)[0].(map[string]any)["code"] != "UserErrorTargetContainersExistOnAccount" {
			t.Errorf("the second job: %v", again)
		}
	})
}

func (v *vaults) staged() string {
	a, err := v.world.StorageAccount("staging")
	if err != nil {
		v.Fatal(err)
	}
	return string(a.Containers["weights"]["1.bin"])
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	item := backups + "/backupInstances/" + vaultapi.SceneBlobs
	for name, tc := range map[string]struct {
		who, method, url, body string
		status                 int
		code                   string
	}{
		"no role":              {nobody, http.MethodGet, backups + "/backupInstances", "", 403, "AuthorizationFailed"},
		"no role on the list":  {nobody, http.MethodGet, "/subscriptions/s/providers/Microsoft.RecoveryServices/vaults", "", 403, "AuthorizationFailed"},
		"a reader restores":    {reader, http.MethodPost, item + "/restore", restoreOf(point, staging), 403, "AuthorizationFailed"},
		"a reader cancels":     {reader, http.MethodPost, services + "/backupJobs/x/cancel", "", 403, "AuthorizationFailed"},
		"no such vault":        {operator, http.MethodGet, group + "/providers/Microsoft.RecoveryServices/vaults/x/backupJobs", "", 404, "ResourceNotFound"},
		"no such item":         {operator, http.MethodGet, backups + "/backupInstances/x/recoveryPoints", "", 404, "BMSUserErrorContainerObjectNotFound"},
		"no such job":          {operator, http.MethodGet, services + "/backupJobs/x", "", 404, "BMSUserErrorObjectNotFound"},
		"no such point":        {operator, http.MethodPost, item + "/restore", restoreOf("x", staging), 400, "UserErrorRecoveryPointNotFound"},
		"no such subscription": {operator, http.MethodGet, "/subscriptions/x/providers/Microsoft.RecoveryServices/vaults", "", 404, "SubscriptionNotFound"},
		"not JSON":             {operator, http.MethodPost, item + "/restore", "x", 400, "InvalidRequestContent"},
		"another restore":      {operator, http.MethodPost, item + "/restore", `{"objectType":"AzureBackupRehydrationRequest"}`, 501, "NotImplemented"},
		"another call":         {operator, http.MethodPut, item, "{}", 501, "NotImplemented"},
		"no version":           {operator, http.MethodGet, backups + "/backupInstances?x=api-version", "", 400, "MissingApiVersionParameter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newVaults(t).call(tc.who, tc.method, tc.url, tc.body)
				if a.Code != tc.status || a.code() != tc.code {
					t.Errorf("%d %s", a.Code, a.Body)
				}
			})
		})
	}
}

func TestRefusedByTheOperation(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ point, target, code string }{
		"no such target": {point, staging + "x", "UserErrorAzureResourceNotFoundByPlugin"},
		"no right":       {point, staging, "UserErrorMissingRequiredPermissions"},
		"archived":       {"", staging, "UserErrorRecoveryPointNotRehydrated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := newVaults(t)
				if name == "no right" {
					v.api.Put(vaultapi.Vault(backups, "westeurope", nobody, nil))
				}
				if tc.point == "" {
					tc.point = "archived-" + time.Now().UTC().AddDate(0, -6, 0).Format("20060102")
				}
				a := v.call(operator, http.MethodPost, backups+"/backupInstances/"+vaultapi.SceneBlobs+"/validateRestore", `{"restoreRequestObject":`+restoreOf(tc.point, tc.target)+`}`)
				time.Sleep(time.Hour)
				got := v.call(operator, http.MethodGet, a.Header().Get("Azure-AsyncOperation"), "")
				if got.body["status"] != "Failed" || got.code() != tc.code {
					t.Errorf("%d %s", got.Code, got.Body)
				}
			})
		})
	}
}

func TestResourceGraph(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVaults(t)
		ask := func(who, query, options string) answer {
			text, _ := json.Marshal(query)
			return v.call(who, http.MethodPost, "/providers/Microsoft.ResourceGraph/resources", `{"subscriptions":["S"],"query":`+string(text)+`,"options":{`+options+`}}`)
		}
		const items = "recoveryservicesresources | where type in~ ('Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems') | project id, name | order by name asc"
		a := ask(reader, items, `"$top":2`)
		rows := a.body["data"].([]any)
		first := rows[0].(map[string]any)
		if a.Code != 200 || a.body["totalRecords"] != 3.0 || len(rows) != 2 || first["name"] != "AzureFileShare;4f7f9b0a1c5d4e2fa5" || len(first) != 2 {
			t.Fatalf("%d %s", a.Code, a.Body)
		}
		if a = ask(reader, items, `"$skipToken":"`+a.body["$skipToken"].(string)+`"`); len(a.body["data"].([]any)) != 1 || a.body["$skipToken"] != nil {
			t.Errorf("the last page: %s", a.Body)
		}
		if a = ask(nobody, items, ""); a.Code != 200 || a.body["count"] != 0.0 {
			t.Errorf("who has no role: %d %s", a.Code, a.Body)
		}
		for query, count := range map[string]float64{
			"resources | where type =~ 'microsoft.dataprotection/backupvaults'": 1,
			"resources | where subscriptionId == 'other'":                       0,
			"Resources | limit 1": 1,
			"recoveryservicesresources | where type =~ 'microsoft.recoveryservices/vaults/backupjobs' and true": -1,
			"recoveryservicesresources | summarize count() by type":                                             -1,
			"virtualmachines": -1,
			"recoveryservicesresources | where todatetime(properties.startTime) >= datetime(" + time.Now().Add(-3*time.Hour).Format(time.RFC3339) + ")": 1,
		} {
			switch a := ask(reader, query, ""); {
			case count < 0:
				if a.Code != http.StatusBadRequest || a.code() != "BadRequest" || !strings.Contains(a.Body.String(), "InvalidQuery") {
					t.Errorf("%s: %d %s", query, a.Code, a.Body)
				}
			case a.body["count"] != count:
				t.Errorf("%s: %s", query, a.Body)
			}
		}
	})
}

// TestAzuresOwnExamples: our answers have the members that Azure's examples show, but for those named.
func TestAzuresOwnExamples(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVaults(t)
		restore := v.call(operator, http.MethodPost, backups+"/backupInstances/"+vaultapi.SceneBlobs+"/restore", restoreOf(point, staging))
		shareAt := services + "/backupFabrics/Azure/protectionContainers/StorageContainer;Storage;g;models/protectedItems/AzureFileShare;4f7f9b0a1c5d4e2fa5"
		share := v.call(operator, http.MethodPost, shareAt+"/recoveryPoints/8871276345/restore",
			`{"properties":{"objectType":"AzureFileShareRestoreRequest","recoveryType":"AlternateLocation","restoreRequestType":"FullShareRestore","copyOptions":"Overwrite","targetDetails":{"name":"x","targetResourceId":"`+staging+`"}}}`)
		time.Sleep(5 * time.Minute)
		status := v.call(operator, http.MethodGet, restore.Header().Get("Azure-AsyncOperation"), "").body
		shared := v.call(operator, http.MethodGet, share.Header().Get("Azure-AsyncOperation"), "").body
		for name, tc := range map[string]struct {
			got    map[string]any
			absent string // members of the example that we do not have
		}{
			"GetOperationStatusVaultContext": {status, ""},
			"TriggerRestoreAsFiles":          {v.call(operator, http.MethodGet, restore.Header().Get("Location"), "").body, ""},
			"GetJob":                         {v.call(operator, http.MethodGet, status["properties"].(map[string]any)["jobId"].(string), "").body, "additionalDetails dataSourceSetName duration policyId policyName"},
			"ProtectedItemOperationStatus":   {shared, ""},
			"GetJobDetails":                  {v.call(operator, http.MethodGet, services+"/backupJobs/"+shared["properties"].(map[string]any)["jobId"].(string), "").body, "duration virtualMachineVersion VM Name"},
			"FindRestorableTimeRanges": {
				v.call(reader, http.MethodPost, backups+"/backupInstances/"+vaultapi.SceneBlobs+"/findRestorableTimeRanges",
					`{"sourceDataStoreType":"OperationalStore","startTime":"1999-12-01T00:00:00Z","endTime":"2030-01-01T00:00:00.1234567Z"}`).body, "",
			},
			"ListRecoveryPoints":        {v.call(reader, http.MethodGet, backups+"/backupInstances/"+vaultapi.SceneBlobs+"/recoveryPoints", "").body, ""},
			"BackupProtectedItems_List": {v.call(reader, http.MethodGet, services+"/backupProtectedItems", "").body, "healthStatus policyType protectedItemDataId virtualMachineId"},
		} {
			content, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var example struct {
				Response map[string]any `json:"response"`
			}
			if err := json.Unmarshal(content, &example); err != nil {
				t.Fatal(err)
			}
			var missing []string
			lacks(example.Response, tc.got, tc.absent, &missing)
			if diff := cmp.Diff([]string(nil), missing); diff != "" {
				t.Errorf("%s: members that the example has and we have not (-want +got):\n%s\n%v", name, diff, tc.got)
			}
		}
	})
}

// lacks finds the members of want that got has not, or has in another type. Of lists the first elements are compared.
func lacks(want, got any, absent string, missing *[]string) {
	switch want := want.(type) {
	case map[string]any:
		have, _ := got.(map[string]any)
		for name, value := range want {
			if strings.Contains(absent, name) {
				continue
			}
			inner, ok := have[name]
			if !ok || fmt.Sprintf("%T", inner) != fmt.Sprintf("%T", value) {
				*missing = append(*missing, name)
				continue
			}
			lacks(value, inner, absent, missing)
		}
	case []any:
		have, _ := got.([]any)
		if len(want) > 0 && len(have) > 0 {
			lacks(want[0], have[0], absent, missing)
		}
	}
}
