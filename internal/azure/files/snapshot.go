package files

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// snapshotAt is the newest snapshot that is not after a time; "" is the share as it is now.
func (s *Share) snapshotAt(ctx context.Context, at time.Time) (string, error) {
	switch {
	case at.IsZero():
		return s.snapshot, nil
	case s.snapshot != "":
		if at.Before(s.taken) {
			return "", s.notKept(at, "the snapshot that was chosen is of "+s.snapshot, "choose an older snapshot, or none")
		}
		return s.snapshot, nil
	case !at.Before(s.clock()):
		return "", nil
	}
	newest, oldest, err := s.snapshots(ctx, at)
	if err != nil || newest != "" {
		return newest, err
	}
	if oldest == "" {
		return "", s.notKept(at, "the share has no snapshots", "Azure Backup takes them by its policy; for a time before that, restore a recovery point of the vault")
	}
	return "", s.notKept(at, "its oldest snapshot is of "+oldest, "restore a recovery point of the vault")
}

func (s *Share) notKept(at time.Time, why, hint string) error {
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopStorage, Code: dataset.CodeNotKept, Hint: hint,
		Text: fmt.Sprintf("%s cannot be listed as of %s: %s", s.place, at.UTC().Format(time.RFC3339), why),
	}
}

// snapshots finds the share's newest snapshot not after a time, and its oldest. The service names them in one form, so that their
// order is that of their times.
func (s *Share) snapshots(ctx context.Context, at time.Time) (newest, oldest string, err error) {
	last := at.UTC().Format(stampForm)
	query := url.Values{"comp": {"list"}, "include": {"snapshots"}, "prefix": {s.place.Name}}
	for {
		p, err := s.shares(ctx, query)
		if err != nil {
			return "", "", err
		}
		for _, e := range p.Shares {
			if e.Name != s.place.Name || e.Snapshot == "" {
				continue
			}
			if oldest == "" || e.Snapshot < oldest {
				oldest = e.Snapshot
			}
			if e.Snapshot <= last && e.Snapshot > newest {
				newest = e.Snapshot
			}
		}
		if p.Next == "" || p.Next == query.Get("marker") {
			return newest, oldest, nil
		}
		query.Set("marker", p.Next)
	}
}

// sharesPage is one answer of List Shares.
type sharesPage struct {
	XMLName xml.Name `xml:"EnumerationResults"`
	Shares  []struct {
		Name     string `xml:"Name"`
		Snapshot string `xml:"Snapshot"`
	} `xml:"Shares>Share"`
	Next string `xml:"NextMarker"`
}

func (s *Share) shares(ctx context.Context, query url.Values) (sharesPage, error) {
	resp, err := s.do(ctx, call{method: http.MethodGet, shares: true, query: query, want: http.StatusOK})
	if err != nil {
		return sharesPage{}, err
	}
	defer resp.Body.Close()
	var p sharesPage
	if err := decode(resp.Body, &p); err != nil {
		return sharesPage{}, s.unreadable(resp, err)
	}
	return p, dataplane.Drain(resp)
}
