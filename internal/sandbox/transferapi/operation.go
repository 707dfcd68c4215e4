package transferapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/sandbox/googleapi"
)

// operation is one run of a job. It goes on by itself: whoever looks sees what has been done by then.
type operation struct {
	name    string
	job     *job
	start   time.Time
	end     time.Time // zero: not yet
	status  string
	copy    *copying // nil: not begun
	counts  counters
	trouble []*trouble
}

// counters are of objects and bytes.
type counters struct{ found, copied, skipped, failed tally }

type tally struct{ objects, bytes int64 }

func (n *tally) add(bytes int64) {
	n.objects++
	n.bytes += bytes
}

// trouble is one kind of error with some of those who met it.
type trouble struct {
	code    string
	count   int64
	entries []any
}

const mostEntries = 5

func (o *operation) report(code, url, detail string) {
	for _, t := range o.trouble {
		if t.code == code {
			t.add(url, detail)
			return
		}
	}
	t := &trouble{code: code}
	t.add(url, detail)
	o.trouble = append(o.trouble, t)
}

func (t *trouble) add(url, detail string) {
	t.count++
	if len(t.entries) < mostEntries {
		t.entries = append(t.entries, map[string]any{"url": url, "errorDetails": []string{detail}})
	}
}

func (t *Transfer) run(c *call) (any, *problem) {
	j, p := t.found(c)
	if p != nil {
		return nil, p
	}
	if j.status != "ENABLED" {
		return nil, failedPrecondition("The transfer job is not enabled.")
	}
	if last := t.operations[j.latest]; last != nil {
		t.advance(last)
		if last.end.IsZero() {
			return nil, failedPrecondition("There is an active operation for the transfer job: " + last.name)
		}
	}
	j.runs++
	o := &operation{job: j, start: t.world.Now(), status: "QUEUED"}
	o.name = fmt.Sprintf("transferOperations/%s-%d", strings.ReplaceAll(c.name, "/", "-"), j.runs)
	t.operations[o.name], j.latest = o, o.name
	return o.shown(), nil
}

func failedPrecondition(message string) *problem {
	return &problem{Code: 400, Status: "FAILED_PRECONDITION", Message: message}
}

func (t *Transfer) running(c *call) (*operation, *problem) {
	o := t.operations[c.name]
	if o == nil {
		return nil, googleapi.Absent("Requested entity was not found.")
	}
	t.advance(o)
	return o, nil
}

func (t *Transfer) follow(c *call) (any, *problem) {
	o, p := t.running(c)
	if p != nil {
		return nil, p
	}
	return o.shown(), nil
}

func (t *Transfer) cancel(c *call) (any, *problem) {
	o, p := t.running(c)
	if p != nil {
		return nil, p
	}
	if o.end.IsZero() {
		o.finish("ABORTED", t.world.Now())
	}
	return map[string]any{}, nil
}

// Advance lets every operation go on to where it would be by now, for whoever looks into the buckets and not at the operations.
func (t *Transfer) Advance() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.operations {
		t.advance(o)
	}
}

// advance does what would have been done by now.
func (t *Transfer) advance(o *operation) {
	begun := o.start.Add(t.options.Queue)
	now := t.world.Now()
	if !o.end.IsZero() || now.Before(begun) {
		return
	}
	if o.copy == nil {
		o.status = "IN_PROGRESS"
		if o.copy = t.begin(o); o.copy == nil {
			o.finish("FAILED", now)
			return
		}
	}
	due := len(o.copy.objects)
	if t.options.Object > 0 {
		due = min(due, int(now.Sub(begun)/t.options.Object))
	}
	for ; o.copy.next < due; o.copy.next++ {
		t.copyOne(o, o.copy.objects[o.copy.next])
	}
	if o.copy.next == len(o.copy.objects) {
		status := "SUCCESS"
		if o.counts.failed.objects > 0 {
			status = "FAILED"
		}
		o.finish(status, now)
	}
}

func (o *operation) finish(status string, at time.Time) { o.status, o.end = status, at }

// shown is the operation as the API answers it.
func (o *operation) shown() any {
	metadata := map[string]any{
		"@type": "type.googleapis.com/google.storagetransfer.v1.TransferOperation",
		"name":  o.name, "projectId": o.job.project, "transferSpec": o.job.body["transferSpec"], "transferJobName": o.job.body["name"],
		"startTime": o.start.UTC().Format(time.RFC3339Nano), "status": o.status, "counters": o.counts.form(),
	}
	out := map[string]any{"name": o.name, "metadata": metadata, "done": !o.end.IsZero()}
	var breakdowns []any
	for _, t := range o.trouble {
		breakdowns = append(breakdowns, map[string]any{"errorCode": t.code, "errorCount": decimal(t.count), "errorLogEntries": t.entries})
	}
	if breakdowns != nil {
		metadata["errorBreakdowns"] = breakdowns
	}
	if o.end.IsZero() {
		return out
	}
	metadata["endTime"] = o.end.UTC().Format(time.RFC3339Nano)
	if o.status == "SUCCESS" {
		out["response"] = map[string]any{"@type": "type.googleapis.com/google.protobuf.Empty"}
	} else {
		out["error"] = map[string]any{"code": map[string]int{"FAILED": 9, "ABORTED": 1}[o.status], "message": "The transfer operation ended with status " + o.status + "."}
	}
	return out
}

// form leaves out what is zero, as Google's JSON does.
func (n counters) form() map[string]any {
	out := map[string]any{}
	for name, one := range map[string]int64{
		"objectsFoundFromSource": n.found.objects, "bytesFoundFromSource": n.found.bytes,
		"objectsCopiedToSink": n.copied.objects, "bytesCopiedToSink": n.copied.bytes,
		"objectsFromSourceSkippedBySync": n.skipped.objects, "bytesFromSourceSkippedBySync": n.skipped.bytes,
		"objectsFromSourceFailed": n.failed.objects, "bytesFromSourceFailed": n.failed.bytes,
	} {
		if one != 0 {
			out[name] = decimal(one)
		}
	}
	return out
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
