package vaultapi

import (
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

// operation is a validation or a restore on its way: accepted, then a job, then over.
type operation struct {
	id       string
	vault    *Resource
	began    time.Time
	validate bool
	refused  *Failure // what the operation itself ends with
	jobID    string   // of a restore that was not refused
	plan     plan
	fails    *Failure // what its job ends with
	over     bool
}

// Failure is what an operation or a job ends with.
type Failure struct{ Code, Text, Do string }

// FailNext lets the next restore's job end so. The bytes do not come.
func (a *API) FailNext(f Failure) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failures = append(a.failures, f)
}

// accept begins an operation and answers 202 with where to follow it, below the two addresses.
func (a *API) accept(c *call, o *operation, status, result string) {
	o.id, o.began = world.GUID(), c.world.Now()
	a.operations[o.id] = o
	if !o.validate && o.refused == nil {
		if len(a.failures) > 0 {
			o.fails, a.failures = &a.failures[0], a.failures[1:]
		}
		a.running = append(a.running, o)
	}
	query := "?api-version=" + c.URL.Query().Get("api-version")
	h := c.rw.Header()
	h.Set("Azure-AsyncOperation", c.base()+status+"/"+o.id+query)
	h.Set("Location", c.base()+result+"/"+o.id+query)
	a.setRetryAfter(c)
	h.Set("x-ms-request-id", world.GUID())
	c.rw.WriteHeader(http.StatusAccepted)
}

// setRetryAfter asks for a minute, as Azure does, or for less where the sandbox is quicker than that.
func (a *API) setRetryAfter(c *call) {
	wait := time.Minute
	if longest := max(a.options.Accept, a.options.Job); longest < wait {
		wait = max(longest/4, time.Second)
	}
	c.rw.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
}

// Settle makes true what time has done: jobs begin, go on, end, and bring their bytes. Every request does it first.
func (a *API) Settle() {
	var deliver []Delivery
	a.mu.Lock()
	now := a.world.Now()
	a.running = slices.DeleteFunc(a.running, func(o *operation) bool {
		deliver = append(deliver, a.settle(o, now)...)
		return o.over
	})
	a.mu.Unlock()
	for _, d := range deliver { // outside: the store has a lock of its own
		a.options.Restored(d)
	}
}

// settle moves one restore on. What it returns is delivered once, when the job ends well.
func (a *API) settle(o *operation, now time.Time) []Delivery {
	start := o.began.Add(a.options.Accept)
	if now.Before(start) {
		return nil
	}
	if o.jobID == "" {
		o.jobID = o.vault.ID + "/backupJobs/" + world.GUID()
		a.put(Resource{ID: o.jobID, Properties: o.plan.job(o.vault, start)})
	}
	job := a.resources[fold(o.jobID)]
	if job.Properties["status"] == cancelled {
		o.over = true
		return nil
	}
	if end := start.Add(a.options.Job); now.Before(end) {
		o.plan.progress(job.Properties, int(100*now.Sub(start)/a.options.Job))
		return nil
	}
	o.over = true
	deliveries, failure := a.gather(o.plan)
	if o.fails != nil {
		failure = o.fails
	}
	o.plan.end(job.Properties, start, start.Add(a.options.Job), deliveries, failure)
	if failure != nil {
		return nil
	}
	return deliveries
}

// operationOf finds the operation of the path. Only who may see the vault may see it.
func (a *API) operationOf(c *call) (*operation, bool) {
	o := a.operations[strings.ToLower(c.part["operation"])]
	if o == nil {
		c.problem(http.StatusNotFound, "OperationNotFound", "The operation '"+c.part["operation"]+"' was not found.")
		return nil, false
	}
	return o, c.may(spelled(o.vault.Type)+"/operationStatus/read", o.vault.ID)
}

// operationStatus says how far the operation is. That it succeeded says only that there is a job.
func (a *API) operationStatus(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o, ok := a.operationOf(c)
	if !ok {
		return
	}
	out := object{"id": c.URL.Path, "name": o.id, "startTime": stamp(o.began), "status": "InProgress"}
	done := o.began.Add(a.options.Accept)
	switch {
	case c.world.Now().Before(done):
		a.setRetryAfter(c)
	case o.refused != nil:
		out["status"], out["endTime"] = "Failed", stamp(done)
		out["error"] = object{"code": o.refused.Code, "message": o.refused.Text, "recommendedAction": []string{o.refused.Do}}
	default:
		out["status"], out["endTime"] = "Succeeded", stamp(done)
		out["properties"] = o.extended()
	}
	c.write(http.StatusOK, out)
}

// extended is what a successful operation ends with.
func (o *operation) extended() object {
	switch {
	case o.validate && o.vault.Type == servicesVault:
		return object{"objectType": "OperationStatusValidateOperationExtendedInfo", "validateOperationResponse": object{"validationResults": []object{}}}
	case o.validate:
		return object{"objectType": "OperationJobExtendedInfo"}
	case o.vault.Type == servicesVault:
		return object{"objectType": "OperationStatusJobExtendedInfo", "jobId": path.Base(o.jobID)}
	}
	return object{"objectType": "OperationJobExtendedInfo", "jobId": o.jobID}
}

// operationResult is the older way to ask: 202 until it is done, then the bare result.
func (a *API) operationResult(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o, ok := a.operationOf(c)
	switch {
	case !ok:
	case c.world.Now().Before(o.began.Add(a.options.Accept)):
		a.setRetryAfter(c)
		c.rw.WriteHeader(http.StatusAccepted)
	case o.refused != nil:
		c.problem(http.StatusBadRequest, o.refused.Code, o.refused.Text)
	default:
		c.write(http.StatusOK, o.extended())
	}
}

// cancelled is a job's status in both systems.
const cancelled = "Cancelled"

// cancel ends a job of a Recovery Services vault.
func (a *API) cancel(c *call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	vault, ok := a.vault(c, "backupJobs/cancel/action")
	if !ok {
		return
	}
	job := a.resources[fold(vault.ID+"/backupJobs/"+c.part["job"])]
	switch {
	case job == nil:
		c.problem(http.StatusNotFound, "BMSUserErrorObjectNotFound", "The job '"+c.part["job"]+"' was not found.")
	case job.Properties["status"] != "InProgress":
		c.problem(http.StatusBadRequest, "BMSUserErrorJobNotCancellable", "The job is not in progress.")
	default:
		job.Properties["status"], job.Properties["endTime"] = cancelled, stamp(c.world.Now())
		c.rw.WriteHeader(http.StatusAccepted)
	}
}
