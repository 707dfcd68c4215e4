package blob

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// includePast asks for everything that is kept under a name.
const includePast = "metadata,versions,snapshots,deleted"

// past lists the place as it was. All that is kept under one name comes together in the listing, and is judged together.
func (l *lister) past() error {
	keeps, group := false, []item(nil)
	judge := func() error {
		defer func() { group = group[:0] }()
		if len(group) == 0 || l.left {
			return nil
		}
		i, there, err := l.at(group)
		if err != nil || !there {
			return err
		}
		return l.add(i.Object, "")
	}
	for p, err := range l.pages(l.place.Prefix+l.query.Prefix, "", includePast) {
		if err != nil {
			return err
		}
		if !keeps {
			if err := l.keeps(p); err != nil {
				return err
			}
			keeps = true
		}
		for _, i := range p.items {
			if i.directory {
				return l.notKept("it has a hierarchical namespace, which keeps no versions", "restore it from a vaulted backup")
			}
			if len(group) > 0 && group[0].Name != i.Name {
				if err := judge(); err != nil || l.left {
					return err
				}
			}
			group = append(group, i)
		}
	}
	if err := judge(); err != nil {
		return err
	}
	return l.flush()
}

func (l *lister) notKept(why, hint string) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Refused, Hop: bridge.HopStorage, Code: dataset.CodeNotKept, Hint: hint,
		Text: fmt.Sprintf("%s cannot be listed as of %s: %s", l.place, l.query.At.UTC().Format(time.RFC3339), why),
	}
}

// keeps says whether the account keeps the past at all. Who may read blobs may not ask Resource Manager, so it is seen in the blobs
// themselves (an account with versioning names their versions), or in the service's properties, where the identity may read them.
func (l *lister) keeps(first page) error {
	if slices.ContainsFunc(first.items, func(i item) bool { return i.versionID != "" }) {
		return nil
	}
	days, err := l.retention()
	if err != nil {
		return err
	}
	if days > 0 && !l.query.At.Before(l.clock().AddDate(0, 0, -days)) {
		return nil
	}
	why := "no blob in it has a version, and deleted blobs are not kept for so long"
	if days < 0 {
		why = "no blob in it has a version, and the identity may not see whether deleted blobs are kept"
	}
	return l.notKept(why, "operational backup switches versioning on: az storage account blob-service-properties update --enable-versioning true --account-name "+l.place.Account+"; for a time before that, restore a recovery point")
}

// retention is for how many days deleted blobs are kept; 0 is not at all, -1 that the identity may not know.
func (l *lister) retention() (int, error) {
	resp, err := l.do(l.ctx, call{method: http.MethodGet, account: true, query: "restype=service&comp=properties", want: http.StatusOK})
	switch {
	case err != nil && (dataplane.CodeOf(err) == dataset.CodeUnauthorized || dataplane.CodeOf(err) == dataset.CodeNotFound):
		return -1, nil
	case err != nil:
		return 0, err
	}
	defer resp.Body.Close()
	var body struct {
		XMLName xml.Name `xml:"StorageServiceProperties"`
		Delete  struct {
			Enabled bool `xml:"Enabled"`
			Days    int  `xml:"Days"`
		} `xml:"DeleteRetentionPolicy"`
	}
	decoder := xml.NewDecoder(skipMark(resp.Body))
	if err := decoder.Decode(&body); err != nil || !body.Delete.Enabled {
		return 0, dataplane.Drain(resp)
	}
	return body.Delete.Days, dataplane.Drain(resp)
}

// at finds, of all that is kept under a name, what was there at the time.
func (l *lister) at(group []item) (item, bool, error) {
	at, states := l.query.At, history(group)
	var doubted *state
	for i := range states {
		s := &states[i]
		if s.from.After(at) || !s.until.IsZero() && !at.Before(s.until) {
			continue
		}
		if !s.doubt {
			return s.item, true, nil
		}
		doubted = s
	}
	if doubted != nil {
		there, err := l.decide(*doubted)
		return doubted.item, there, err
	}
	for _, s := range states {
		if !s.created.After(at) && s.from.After(at) {
			return item{}, false, l.lost(s, "what it was then is not kept", "restore a recovery point of that time")
		}
	}
	return item{}, false, nil
}

func (l *lister) lost(s state, why, hint string) error {
	return l.notKept(fmt.Sprintf("of %q %s", l.local(s.Object).Name, why), hint)
}

// decide says whether a version had been deleted by the time that is asked for. Listings do not tell: a deletion makes the current
// version a former one, and nothing says when. The change feed does.
func (l *lister) decide(s state) (there bool, err error) {
	if !l.asked {
		l.asked = true
		if l.feed, err = l.openFeed(l.ctx, l.query.At); err != nil && dataplane.CodeOf(err) != dataset.CodeUnauthorized {
			return false, err
		}
	}
	if l.feed != nil && !l.query.At.After(l.feed.complete) {
		deleted, err := l.feed.deletedBetween(l.ctx, l.local(s.Object).Name, s.from, l.query.At)
		return !deleted, err
	}
	if l.undecided == Keep {
		return true, nil
	}
	why, hint := "nobody can tell whether it had been deleted by then", "switch the account's change feed on, which has the times of deletion; or take it as being there (undecided: keep)"
	if l.feed != nil {
		hint = "the change feed tells up to " + l.feed.complete.UTC().Format(time.RFC3339) + " so far: try again later, or ask for a time before that"
	}
	return false, l.lost(s, why, hint)
}
