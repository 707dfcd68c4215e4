// Package files reads a share of Azure Files as a store of objects: as it is, or as one of its snapshots keeps it.
//
// A share's address and a leaser enter; objects and their bytes leave. Every call says the intent of a backup, which reads past the
// files' own permissions and takes a role of its own. It makes one attempt a call; it must never write, send a lease to a host that is
// not Azure's, or give bytes of another version than the one that was named.
//
// Azure Files has no precondition for reads and lists no MD5: a file that is read as it is now is held to its ETag by the answer's
// headers, and by another look behind its last byte; its MD5, which is the writer's claim, is known from Stat.
package files

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/wire"
)

// Options say which share it is. All but Prefix and Snapshot are required.
type Options struct {
	HTTP   *wire.Streamer
	Clock  bridge.Clock
	Leaser bridge.Leaser
	// AccountURL is https://ACCOUNT.file.core.windows.net, or http://127.0.0.1:PORT/files/ACCOUNT of the sandbox.
	AccountURL string
	Share      string
	Prefix     string // of the place: "" or ending in "/"
	// Snapshot reads the share as this snapshot of it has it: a time as the service writes it, 2026-11-23T04:00:00.0000000Z.
	Snapshot string
}

// Share is a share as dataset.Reader. It is safe for use from many goroutines.
type Share struct {
	client   dataplane.Client
	clock    bridge.Clock
	base     url.URL // of the account
	place    dataset.Place
	snapshot string
	taken    time.Time // when the snapshot was
	most     int       // entries of one directory that are held at once
}

var _ dataset.Reader = (*Share)(nil)

// New checks the address. It makes no call.
func New(o Options) (*Share, error) {
	switch {
	case o.HTTP == nil || o.Clock == nil || o.Leaser == nil:
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopStorage, Code: "incomplete", Text: "a share needs an HTTP client, a clock and a leaser"}
	case o.Share == "" || strings.Contains(o.Share, "/"):
		return nil, dataplane.Usage("share_malformed", "%q is no share's name", o.Share)
	case o.Prefix != "" && !strings.HasSuffix(o.Prefix, "/"):
		return nil, dataplane.Usage("prefix_malformed", "the prefix %q does not end in a slash", o.Prefix)
	}
	u, err := address(o.AccountURL)
	if err != nil {
		return nil, err
	}
	s := &Share{
		client: dataplane.Client{HTTP: o.HTTP, Clock: o.Clock, Leaser: o.Leaser, Version: version}, clock: o.Clock, base: *u, snapshot: o.Snapshot, most: mostHeld,
	}
	if o.Snapshot != "" {
		if s.taken, err = time.Parse(stampForm, o.Snapshot); err != nil {
			return nil, dataplane.Usage("snapshot_malformed", "the snapshot %q is no time like %s", o.Snapshot, stampForm)
		}
	}
	account, _, _ := strings.Cut(u.Hostname(), ".")
	if u.Path != "" { // path style, which only loopback has
		account = u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	}
	s.place = dataset.Place{Store: dataset.Files, Account: account, Name: o.Share, Prefix: o.Prefix}
	return s, nil
}

// Place implements dataset.Reader.
func (s *Share) Place() dataset.Place { return s.place }

// stampForm is how Azure names snapshots.
const stampForm = "2006-01-02T15:04:05.0000000Z"

// address reads an account's address. Other hosts than Azure's own and loopback are refused: they would be handed the lease.
func address(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, dataplane.Usage("address_malformed", "the account's address is not of the form https://ACCOUNT.file.core.windows.net")
	}
	host := strings.ToLower(u.Hostname())
	if addr, err := netip.ParseAddr(host); host == "localhost" || err == nil && addr.IsLoopback() {
		return u, nil // the wire refuses schemes that are neither http nor https
	}
	for _, suffix := range []string{".file.core.windows.net", ".file.storage.azure.net", ".file.core.usgovcloudapi.net", ".file.core.chinacloudapi.cn"} {
		if strings.HasSuffix(host, suffix) && u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && u.Path == "" {
			return u, nil
		}
	}
	e := dataplane.Usage("host_refused", "the address at %s is not one of Azure Files over https, and would be handed a token", host)
	e.Hint = "write https://ACCOUNT.file.core.windows.net, or a loopback address for the sandbox"
	return nil, e
}
