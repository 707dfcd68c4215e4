package vaults

import (
	"context"
	"errors"
	"sync"

	"github.com/landbridge/landbridge/internal/protect"
)

// mostAbreast bounds how many lists are read at once: Resource Manager gives each subscription and caller a bucket of 250 reads that
// fills with 25 a second (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
const mostAbreast = 8

// list is one of many lists, and how its gap is called.
type list struct {
	where string
	read  func(context.Context) rows
}

// told is one element of a list.
type told struct {
	row row
	err error
}

// abreast reads many lists at once and yields them one after the other, in their own order. A list that ends with an error is a gap.
func abreast(ctx context.Context, lists []list) rows {
	return func(yield func(row, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var group sync.WaitGroup
		defer group.Wait()
		defer cancel()
		heard := make([]chan []told, len(lists))
		begin := func(i int) {
			heard[i] = make(chan []told, 1)
			group.Go(func() { heard[i] <- lists[i].hear(ctx) })
		}
		for i := range min(mostAbreast, len(lists)) {
			begin(i)
		}
		for i := range lists {
			all := <-heard[i]
			if next := i + mostAbreast; next < len(lists) { // so that no more than these are held
				begin(next)
			}
			for _, t := range all {
				if !yield(t.row, t.err) || ctx.Err() != nil {
					return
				}
			}
		}
	}
}

// hear reads a list whole.
func (l list) hear(ctx context.Context) []told {
	var out []told
	for r, err := range l.read(ctx) {
		if _, gap := errors.AsType[*protect.Gap](err); err != nil && !gap {
			err = &protect.Gap{Where: l.where, Err: err}
		}
		out = append(out, told{r, err})
	}
	return out
}
