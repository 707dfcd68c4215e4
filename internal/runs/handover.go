package runs

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"log/slog"
	"os"
	"time"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/checksum"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/jobs"
)

// Courier copies by order, without these processes: Storage Transfer Service. What it brings is looked at before it is believed.
type Courier interface {
	// List writes names as the courier reads them: CSV, the first field of a line.
	List(w io.Writer, names iter.Seq2[string, error]) error
	// Start orders what an object of the target lists, once for a run: another try goes on with the first one's order. The ticket leads to it.
	Start(ctx context.Context, run, list string) (ticket []byte, err error)
	// Follow asks how far it is. An error that no other try helps is the end of the order.
	Follow(ctx context.Context, run string, ticket []byte) (Delivery, error)
}

// Delivery is how far a courier is.
type Delivery struct {
	Ended          bool
	Objects, Bytes int64 // that have arrived
	// Missed says why some objects did not arrive, where others did.
	Missed error
}

// The keys of a handed-over sync's values.
const (
	valueTicket    = "ticket"    // of the order
	valueDelivered = "delivered" // the courier is done
)

// listName is the list of what a run ordered, hidden below the target.
func listName(run string) string { return ".landbridge/handover/" + run + ".csv" }

// byOrder says whether a run is a courier's. A state of the past is not: a courier reads what is there now.
func byOrder(j *jobs.Job, d *Dataset, spec Spec) bool {
	return d.Courier != nil && j.Run.Act == Sync && spec.At.IsZero()
}

// handOver puts the order before the plan, and ends the page for it; not when that was done.
func (s *Service) handOver(ctx context.Context, j *jobs.Job, d *Dataset, spec Spec) (bool, error) {
	if !byOrder(j, d, spec) {
		return false, nil
	}
	if delivered, err := j.Value(ctx, valueDelivered); len(delivered) > 0 || err != nil {
		return false, err
	}
	if err := s.began(ctx, j, d, spec); err != nil {
		return false, err
	}
	return true, j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.Add(jobs.NewPage{Kind: pageHandover}); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{})
	})
}

// handover lists what is to be copied, orders it, and follows the order to its end; begun again it goes on where it was. The plan after it adopts
// what arrived, and copies what did not.
func (s *Service) handover(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	ticket, err := j.Value(ctx, valueTicket)
	if err == nil && len(ticket) == 0 {
		ticket, err = s.order(ctx, j, d, spec)
	}
	if err == nil && len(ticket) > 0 {
		err = s.follow(ctx, j, d, ticket)
	}
	if err != nil {
		return err
	}
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := tx.Put(valueDelivered, []byte{1}); err != nil {
			return err
		}
		if err := tx.Add(jobs.NewPage{Kind: pagePlan}); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{})
	})
}

// order orders what a plan would copy; no ticket when that is nothing. A list that is there is of an attempt before this one, and may be on its way.
func (s *Service) order(ctx context.Context, j *jobs.Job, d *Dataset, spec Spec) ([]byte, error) {
	_, err := d.Target.Stat(ctx, listName(j.Run.ID))
	if codeOf(err) == dataset.CodeNotFound {
		var any bool
		if any, err = s.writeList(ctx, j.Run.ID, d, spec); err == nil && !any {
			return nil, nil
		}
	}
	if err != nil {
		return nil, err
	}
	ticket, err := d.Courier.Start(ctx, j.Run.ID, listName(j.Run.ID))
	if err != nil {
		return nil, err
	}
	return ticket, j.Tx(ctx, func(tx *jobs.Tx) error { return tx.Put(valueTicket, ticket) })
}

// writeList puts the names that are to be copied into the target, by way of a local file.
func (s *Service) writeList(ctx context.Context, run string, d *Dataset, spec Spec) (bool, error) {
	file, err := os.CreateTemp("", "handover-*")
	if err != nil {
		return false, &bridge.Error{Kind: bridge.Fault, Code: "file_failed", Text: "cannot make a temporary file for the list of objects", Cause: err}
	}
	defer os.Remove(file.Name()) //nolint:errcheck // a temporary file
	defer file.Close()
	var sum running
	if err := d.Courier.List(io.MultiWriter(file, &sum), s.missing(ctx, d, spec)); err != nil {
		return false, err
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return false, err
	}
	w := dataset.Write{
		Name: listName(run), Size: size, CRC32C: checksum.Of(uint32(sum)), If: dataset.If{Absent: true}, Headers: dataset.Headers{ContentType: "text/csv"},
	}
	_, err = d.Target.Put(ctx, w, io.NewSectionReader(file, 0, size))
	return true, err
}

// running is a CRC32C of what is written to it.
type running uint32

func (r *running) Write(p []byte) (int, error) {
	*r = running(checksum.Update(uint32(*r), p))
	return len(p), nil
}

// missing are the names that a plan would copy.
func (s *Service) missing(ctx context.Context, d *Dataset, spec Spec) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i, err := range s.items(ctx, d, spec, "") {
			wanted := i.Action == transfer.Create || i.Action == transfer.Replace
			if (wanted || err != nil) && !yield(i.Name, err) {
				return
			}
		}
	}
}

// The pauses between two questions to a courier.
const (
	firstPause = time.Second
	mostPause  = 30 * time.Second
)

// follow waits for the order's end.
func (s *Service) follow(ctx context.Context, j *jobs.Job, d *Dataset, ticket []byte) error {
	var seen Delivery
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		now, err := d.Courier.Follow(ctx, j.Run.ID, ticket)
		if err != nil {
			return err
		}
		j.Progress(jobs.Totals{Objects: now.Objects - seen.Objects, Bytes: now.Bytes - seen.Bytes})
		seen = now
		if now.Ended {
			if now.Missed != nil {
				s.o.Log.WarnContext(ctx, "not everything that was handed over has arrived: the rest is copied here", slog.String("run", j.Run.ID), slog.Any("missed", now.Missed))
			}
			return nil
		}
		if err := bridge.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// ordered are the names of a run's order, in byte order as they were planned; none when there was no order.
type ordered struct {
	in   *csv.Reader
	last string
	end  bool
	done func()
}

func (s *Service) ordered(ctx context.Context, run string, d *Dataset) (*ordered, error) {
	none := &ordered{end: true, done: func() {}}
	if d.Courier == nil {
		return none, nil
	}
	list, err := d.Target.Stat(ctx, listName(run))
	if codeOf(err) == dataset.CodeNotFound {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	body, err := d.Target.Open(ctx, list, 0, list.Size)
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(bufio.NewReader(body))
	in.FieldsPerRecord = -1
	return &ordered{in: in, done: func() { _ = body.Close() }}, nil
}

// has says whether a name was ordered. Names are asked for in ascending order.
func (o *ordered) has(name string) (bool, error) {
	for !o.end && o.last < name {
		line, err := o.in.Read()
		switch {
		case errors.Is(err, io.EOF):
			o.end = true
			return false, nil
		case err != nil:
			return false, &bridge.Error{Kind: bridge.Unreachable, Code: "list_unreadable", Text: "the list of what was handed over cannot be read", Retry: true, Cause: err}
		}
		o.last = line[0]
	}
	return !o.end && o.last == name, nil
}

// arrived decides anew what a plan calls somebody else's, when a courier was ordered to bring it: of what no sum of both stores tells, the bytes are
// compared; what surely has others is copied.
func (o *ordered) arrived(i transfer.Item) (transfer.Item, error) {
	if i.Action != transfer.Conflict || i.Source.Name == "" {
		return i, nil
	}
	has, err := o.has(i.Name)
	if err != nil || !has {
		return i, err
	}
	if i.Source.Size != i.Target.Size || len(i.Source.MD5) > 0 && len(i.Target.MD5) > 0 {
		i.Action, i.Reason = transfer.Replace, "handed over, and what arrived is not what the source has"
		return i, nil
	}
	i.Action, i.Compare, i.Reason = transfer.Adopt, true, "handed over, and compared byte by byte"
	return i, nil
}
