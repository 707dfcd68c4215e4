package runs

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/jobs"
)

// pieceBatch is how many pieces are added in one transaction, and are in memory before.
const pieceBatch = 256

// piece is a page that copies some chunks of one object. The object itself is finished with the run, once all chunks are there.
type piece struct {
	Item        transfer.Item
	First, Last int // chunks, Last not included
}

// divided is an object of whose pieces some were added, and the first chunk of those that were not.
type divided struct {
	Name  string `json:"name,omitempty"`
	First int    `json:"first,omitempty"`
}

// split makes pages of an object that one worker alone would take too long for, and adds them as they come: of 5 TiB there are thousands. Where a plan
// that was begun again goes on with an object, it stays one of pieces, whatever has become of it: what no piece has is copied with the run's end.
func (p *planning) split(ctx context.Context, i transfer.Item) (bool, error) {
	begun := i.Name == p.Divided.Name
	chunks, ok := p.c.Divisible(i.Source)
	if !ok || i.Action != transfer.Create && i.Action != transfer.Replace || i.Size() < 2*p.piece {
		return begun, nil
	}
	if !begun {
		p.Divided = divided{Name: i.Name}
	}
	each := max(1, int(int64(chunks)*p.piece/i.Size()))
	for first := p.Divided.First; first < chunks; first += each {
		body, err := json.Marshal(piece{Item: i, First: first, Last: min(first+each, chunks)})
		if err != nil {
			return false, err
		}
		p.ready = append(p.ready, jobs.NewPage{Kind: pagePiece, Body: body})
		if len(p.ready) < pieceBatch {
			continue
		}
		p.Divided.First = first + each
		if err := p.flush(ctx); err != nil {
			return true, err
		}
	}
	return true, nil
}

// piece copies its chunks; their sums are found in the store again. It counts their bytes, and whole the object.
func (s *Service) piece(ctx context.Context, j *jobs.Job) error {
	_, d, err := s.open(ctx, j)
	if err != nil {
		return err
	}
	var p piece
	if err := json.Unmarshal(j.Page.Body, &p); err != nil {
		return err
	}
	c, retries := s.counting(ctx, j, d)
	if err := c.CopyPiece(ctx, p.Item, p.First, p.Last); err != nil {
		return err
	}
	first, last := c.Layout(p.Item.Source).Chunk(p.First, p.Item.Size()), c.Layout(p.Item.Source).Chunk(p.Last-1, p.Item.Size())
	return j.Tx(ctx, func(tx *jobs.Tx) error {
		return tx.Complete(nil, jobs.Totals{Bytes: last.Offset + last.Size - first.Offset, Retries: retries.Load()})
	})
}

// whole finishes the objects that were copied in pieces: every chunk is found in the store, and the object is made of them.
// The number is of those that were made.
func (s *Service) whole(ctx context.Context, j *jobs.Job, d *Dataset) ([]outcome, int64, error) {
	var items []transfer.Item
	for page, err := range j.Results(ctx) {
		if err != nil {
			return nil, 0, err
		}
		if page.Kind != pagePiece {
			continue
		}
		var p piece
		if err := json.Unmarshal(page.Body, &p); err != nil {
			return nil, 0, err
		}
		if p.First == 0 {
			items = append(items, p.Item)
		}
	}
	if len(items) == 0 {
		return nil, 0, nil
	}
	c := s.copier(ctx, j.Run.ID, d)
	if j.Page.Attempts > 1 {
		var err error
		if items, err = again(ctx, c, items); err != nil {
			return nil, 0, err
		}
	}
	out, totals, err := doAll(ctx, c, items)
	return out, totals.Objects, err
}

// inOrder merges two streams of outcomes, each in the order of names.
func inOrder(few []outcome, many iter.Seq2[outcome, error]) iter.Seq2[outcome, error] {
	return func(yield func(outcome, error) bool) {
		for o, err := range many {
			for ; err == nil && len(few) > 0 && few[0].Name < o.Name; few = few[1:] {
				if !yield(few[0], nil) {
					return
				}
			}
			if !yield(o, err) {
				return
			}
		}
		for _, o := range few {
			if !yield(o, nil) {
				return
			}
		}
	}
}
