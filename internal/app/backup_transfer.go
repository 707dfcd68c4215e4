package app

import (
	"context"
	"encoding/json"
	"io"
	"iter"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/transfer"
	"github.com/landbridge/landbridge/internal/runs"
)

// courier is Storage Transfer Service for one dataset.
type courier struct {
	client *transfer.Client
	order  transfer.Order // without the run and its list
}

func (d *depot) courier(ctx context.Context, name string, from, to dataset.Place) (runs.Courier, error) {
	leaser, err := d.onGoogle()
	if err != nil {
		return nil, err
	}
	client, err := transfer.New(ctx, transfer.Options{
		HTTP: d.c.client, Leaser: leaser, Project: d.cfg.Project, Endpoint: d.cfg.Endpoints.StorageTransfer,
	})
	if err != nil {
		return nil, err
	}
	return &courier{client, transfer.Order{
		Dataset: name, Source: from, Target: to,
		Identity: transfer.Identity{ClientID: d.cfg.Transfer.ClientID, TenantID: d.cfg.Transfer.TenantID},
	}}, nil
}

var _ runs.Courier = (*courier)(nil)

// List implements runs.Courier.
func (*courier) List(w io.Writer, names iter.Seq2[string, error]) error {
	return transfer.WriteManifest(w, names)
}

// Start implements runs.Courier.
func (c *courier) Start(ctx context.Context, run, list string, spent []byte) ([]byte, error) {
	before, err := handoverOf(spent)
	if err != nil {
		return nil, err
	}
	o := c.order
	o.Run, o.Manifest, o.Spent = run, "gs://"+o.Target.Name+"/"+o.Target.Prefix+list, before.Operation
	h, err := c.client.Start(ctx, o)
	if err != nil {
		return nil, err
	}
	return json.Marshal(h)
}

// Follow implements runs.Courier. A transfer that is done without some of its objects has missed those, and is no failure.
func (c *courier) Follow(ctx context.Context, run string, ticket []byte) (runs.Delivery, error) {
	h, err := handoverOf(ticket)
	if err != nil {
		return runs.Delivery{}, err
	}
	p, err := c.client.Follow(ctx, h)
	if err != nil {
		return runs.Delivery{}, err
	}
	o := c.order
	o.Run = run
	out := runs.Delivery{Began: p.Began, Objects: p.Copied.Objects, Bytes: p.Copied.Bytes}
	if p.State.Ended() {
		out.Ended = p.Ended
	}
	verdict := c.client.Verdict(ctx, o, h, p)
	if p.State == transfer.Done {
		out.Missed = verdict
		return out, nil
	}
	return out, verdict
}

// Cancel implements runs.Courier.
func (c *courier) Cancel(ctx context.Context, run string, ticket []byte) error {
	h, err := handoverOf(ticket)
	if err != nil {
		return err
	}
	o := c.order
	o.Run = run
	return c.client.Cancel(ctx, o, h)
}

// handoverOf is what a ticket leads to; the zero one without a ticket.
func handoverOf(ticket []byte) (h transfer.Handover, err error) {
	if len(ticket) == 0 {
		return h, nil
	}
	if err := json.Unmarshal(ticket, &h); err != nil {
		return h, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopTransfer, Code: "ticket_unreadable", Text: "what is kept of the transfer cannot be read", Cause: err}
	}
	return h, nil
}
