package runs

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/jobs"
)

// Courier copies by order, without these processes: Storage Transfer Service. It brings what is not there, and writes over nothing; what it brings is
// looked at before it is believed.
type Courier interface {
	// List writes names as the courier reads them: CSV, the first field of a line.
	List(w io.Writer, names iter.Seq2[string, error]) error
	// Start orders what an object of the target lists, and goes on with an order of the run that is there, but not with the spent one, which ended
	// badly. The ticket leads to it.
	Start(ctx context.Context, run, list string, spent []byte) (ticket []byte, err error)
	// Follow asks how far it is. A Delivery that has ended comes with an error when it ended badly.
	Follow(ctx context.Context, run string, ticket []byte) (Delivery, error)
	// Cancel ends an order; without a ticket, the one that the run may have. What was brought stays.
	Cancel(ctx context.Context, run string, ticket []byte) error
}

// Delivery is how far a courier is.
type Delivery struct {
	Began          time.Time // by the clock of the target's store
	Ended          time.Time // zero while it goes on
	Objects, Bytes int64     // that have arrived
	// Missed says why some objects did not arrive, where others did.
	Missed error
}

// order is what a run keeps of what it handed over.
type order struct {
	Listed    time.Time `json:"listed,omitzero"`  // when the source was listed for it; zero before
	Digest    string    `json:"digest,omitempty"` // of the list, sha256:HEX; "" when there is nothing on it
	Ticket    []byte    `json:"ticket,omitempty"`
	Spent     []byte    `json:"spent,omitempty"` // the ticket before this one
	Began     time.Time `json:"began,omitzero"`  // the first time that the courier worked on the list
	Ended     time.Time `json:"ended,omitzero"`
	Delivered bool      `json:"delivered,omitzero"`
}

// valueOrder is under which a run keeps its order.
const valueOrder = "order"

func orderOf(text []byte, err error) (order, error) {
	var o order
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &o)
	}
	return o, err
}

func (o *order) put(tx *jobs.Tx) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return tx.Put(valueOrder, text)
}

func (o *order) keep(ctx context.Context, j *jobs.Job) error { return j.Tx(ctx, o.put) }

// seen takes over when the courier worked.
func (o *order) seen(d Delivery) {
	if o.Began.IsZero() {
		o.Began = d.Began
	}
	o.Ended = d.Ended
}

// byOrder says whether a run is a courier's. A state of the past is not: a courier reads what is there now.
func byOrder(j *jobs.Job, d *Dataset, spec Spec) bool {
	return d.Courier != nil && j.Run.Act == Sync && spec.At.IsZero()
}

// handOver puts the order before the plan, and ends the page for it; not when that was done.
func (s *Service) handOver(ctx context.Context, j *jobs.Job, d *Dataset, spec Spec) (bool, error) {
	if !byOrder(j, d, spec) {
		return false, nil
	}
	if o, err := orderOf(j.Value(ctx, valueOrder)); o.Delivered || err != nil {
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

// handover lists what is to be created, orders it, and follows the order to its end; begun again it goes on where it was. The plan after it adopts
// what arrived, and copies what did not.
func (s *Service) handover(ctx context.Context, j *jobs.Job) error {
	spec, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	o, err := orderOf(j.Value(ctx, valueOrder))
	if err == nil && o.Listed.IsZero() {
		if o, err = s.list(ctx, j.Run.ID, d, spec); err == nil {
			err = o.keep(ctx, j)
		}
	}
	if err == nil && o.Digest != "" {
		err = s.deliver(ctx, j, d, &o)
	}
	if err != nil {
		return err
	}
	o.Delivered = true
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		if err := o.put(tx); err != nil {
			return err
		}
		if err := tx.Add(jobs.NewPage{Kind: pagePlan}); err != nil {
			return err
		}
		return tx.Complete(nil, jobs.Totals{})
	})
}

// deliver orders and follows. An order of an attempt before this one that ended badly meanwhile is spent: a new one is given.
func (s *Service) deliver(ctx context.Context, j *jobs.Job, d *Dataset, o *order) error {
	if len(o.Ticket) > 0 {
		now, err := d.Courier.Follow(ctx, j.Run.ID, o.Ticket)
		switch {
		case err != nil && now.Ended.IsZero():
			return err
		case err != nil:
			o.seen(now)
			o.Spent, o.Ticket = o.Ticket, nil
		}
	}
	if len(o.Ticket) == 0 {
		var err error
		if o.Ticket, err = d.Courier.Start(ctx, j.Run.ID, listName(j.Run.ID), o.Spent); err != nil {
			return err
		}
		if err := o.keep(ctx, j); err != nil {
			return err
		}
	}
	return s.follow(ctx, j, d, o)
}

// The pauses between two questions to a courier.
const (
	firstPause = time.Second
	mostPause  = 30 * time.Second
)

// follow waits for the order's end.
func (s *Service) follow(ctx context.Context, j *jobs.Job, d *Dataset, o *order) error {
	var seen Delivery
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		now, err := d.Courier.Follow(ctx, j.Run.ID, o.Ticket)
		if !now.Ended.IsZero() {
			o.seen(now)
		}
		if err != nil {
			return err
		}
		j.Progress(jobs.Totals{Objects: now.Objects - seen.Objects, Bytes: now.Bytes - seen.Bytes})
		seen = now
		if !now.Ended.IsZero() {
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

// abandon ends the order of a run that has ended without it.
func (s *Service) abandon(ctx context.Context, run jobs.Run, d *Dataset) error {
	if d.Courier == nil {
		return nil
	}
	o, err := orderOf(s.engine.Value(ctx, run.ID, valueOrder))
	if err != nil || o.Digest == "" || o.Delivered {
		return err
	}
	return d.Courier.Cancel(ctx, run.ID, o.Ticket)
}
