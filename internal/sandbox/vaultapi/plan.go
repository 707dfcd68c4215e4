package vaultapi

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// plan is a restore that was understood: which bytes go where.
type plan struct {
	item, point *Resource
	account     string // id of the target
	// container is where a database's files, or a share's, go; blobs keep the names of their containers.
	container, prefix string
	share             bool
	take              []taking // all when empty
}

// taking is a part of a point: a container and prefixes in it, or a path of a share.
type taking struct {
	path     string
	prefixes []string
}

// gather collects what the restore brings, or says why it cannot. Of blobs it brings whole containers, and the service takes no target
// that has one of them, be it empty
// (https://learn.microsoft.com/azure/backup/backup-azure-troubleshoot-blob-backup#usererrortargetcontainersexistonaccount).
func (a *API) gather(p plan) ([]Delivery, *Failure) {
	account := path.Base(p.account)
	var out []Delivery
	for _, container := range a.held(p) {
		d := Delivery{Account: account, Container: container, Share: p.share}
		if p.container != "" {
			d.Container = p.container
		}
		for _, o := range a.contents(p, container) {
			if p.takes(container, o.Name) {
				o.Name = p.prefix + o.Name
				d.Objects = append(d.Objects, o)
			}
		}
		if !p.share && p.container == "" && a.options.Holds(account, container) {
			return nil, &Failure{
				"UserErrorTargetContainersExistOnAccount", "The containers that are part of restore request shouldn't exist on target storage account.",
				"Choose another storage target or retry the restore operation after removing containers with the same name.",
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// held are the containers of the point that are wanted.
func (a *API) held(p plan) []string {
	var all []string
	for container := range p.point.Contents {
		all = append(all, container)
	}
	if len(all) == 0 {
		all = containersOf(p.item)
	}
	slices.Sort(all)
	if p.share || p.container != "" || len(p.take) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(c string) bool {
		return !slices.ContainsFunc(p.take, func(t taking) bool { return strings.EqualFold(t.path, c) })
	})
}

// contents of a container in the point: its own, or what the source held then.
func (a *API) contents(p plan, container string) []Object {
	if p.point.Contents != nil {
		return p.point.Contents[container]
	}
	at, _ := time.Parse(time.RFC3339Nano, fmt.Sprint(p.point.Properties["recoveryPointTime"]))
	source, _ := p.item.Properties["dataSourceInfo"].(object)
	return a.options.Source(path.Base(fmt.Sprint(source["resourceID"])), container, at)
}

// takes says whether an object of a container is wanted.
func (p plan) takes(container, name string) bool {
	if len(p.take) == 0 {
		return true
	}
	return slices.ContainsFunc(p.take, func(t taking) bool {
		if p.share {
			return name == t.path || strings.HasPrefix(name, strings.TrimSuffix(t.path, "/")+"/")
		}
		return strings.EqualFold(t.path, container) && (len(t.prefixes) == 0 || slices.ContainsFunc(t.prefixes, func(x string) bool { return strings.HasPrefix(name, x) }))
	})
}

// containersOf are those that the item's vaulted backup takes.
func containersOf(item *Resource) []string {
	info, _ := item.Properties["policyInfo"].(object)
	parameters, _ := info["policyParameters"].(object)
	sources, _ := parameters["backupDatasourceParametersList"].([]object)
	var out []string
	for _, s := range sources {
		list, _ := s["containersList"].([]string)
		out = append(out, list...)
	}
	return out
}

// job is the restore's job when it begins, in the words of the vault's system.
func (p plan) job(vault *Resource, start time.Time) object {
	if vault.Type == servicesVault {
		return object{
			"jobType": "AzureStorageJob", "backupManagementType": "AzureStorage", "entityFriendlyName": p.item.Properties["friendlyName"], "operation": "Restore",
			"status": "InProgress", "startTime": stamp(start), "activityId": world.GUID(), "isUserTriggered": true,
			"extendedInfo": object{"propertyBag": map[string]string{"Target Storage Account": path.Base(p.account)}, "tasksList": []object{{"taskId": "Data Transfer", "status": "InProgress"}}},
		}
	}
	source, _ := p.item.Properties["dataSourceInfo"].(object)
	return object{
		"activityID": world.GUID(), "backupInstanceFriendlyName": p.item.Properties["friendlyName"], "backupInstanceId": p.item.ID,
		"dataSourceId": source["resourceID"], "dataSourceLocation": source["resourceLocation"], "dataSourceName": source["resourceName"], "dataSourceType": source["datasourceType"],
		"isUserTriggered": true, "operation": "ALR", "operationCategory": "Restore", "progressEnabled": true, "restoreType": "ALR",
		"sourceResourceGroup": part(p.item.ID, "resourceGroups"), "sourceSubscriptionID": part(p.item.ID, "subscriptions"), "subscriptionId": part(vault.ID, "subscriptions"),
		"startTime": stamp(start), "status": "InProgress", "supportedActions": []string{}, "vaultName": path.Base(vault.ID),
		"extendedInfo": object{"recoveryDestination": p.account, "subTasks": []object{{"taskId": 1, "taskName": "Trigger Restore", "taskStatus": "InProgress", "taskProgress": "0"}}},
	}
}

// progress writes how far the job is.
func (p plan) progress(job object, percent int) {
	info, _ := job["extendedInfo"].(object)
	next := object{}
	for k, v := range info {
		next[k] = v
	}
	if _, services := job["jobType"]; services {
		next["propertyBag"] = map[string]string{"Target Storage Account": path.Base(p.account), "Progress": fmt.Sprint(percent) + "%"}
	} else {
		next["subTasks"] = []object{{"taskId": 1, "taskName": "Trigger Restore", "taskStatus": "InProgress", "taskProgress": fmt.Sprint(percent)}}
	}
	job["extendedInfo"] = next
}

// end writes how the job ended.
func (p plan) end(job object, start, end time.Time, moved []Delivery, failure *Failure) {
	_, services := job["jobType"]
	p.progress(job, 100)
	job["endTime"], job["duration"] = stamp(end), fmt.Sprintf("PT%gS", end.Sub(start).Seconds())
	switch {
	case failure == nil && services:
		job["status"] = "Completed"
	case failure == nil:
		job["status"] = "Completed" // what the service writes, for all that the specification says Success
		var n int
		for _, d := range moved {
			for _, o := range d.Objects {
				n += len(o.Content)
			}
		}
		job["extendedInfo"].(object)["dataTransferredInBytes"] = n
	case services:
		job["status"] = "Failed"
		job["errorDetails"] = []object{{"errorCode": 400000, "errorString": failure.Code + ": " + failure.Text, "recommendations": []string{failure.Do}}}
	default:
		job["status"] = "Failed"
		job["errorDetails"] = []object{{"code": failure.Code, "message": failure.Text, "recommendedAction": []string{failure.Do}}}
	}
}

// part is the element of an id that follows one with this name.
func part(id, after string) string {
	parts := strings.Split(strings.Trim(id, "/"), "/")
	for i := 0; i+1 < len(parts); i++ {
		if strings.EqualFold(parts[i], after) {
			return parts[i+1]
		}
	}
	return ""
}
