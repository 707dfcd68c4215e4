// Package blob is a container of Azure Blob Storage as a store of objects: block, append and page blobs, and Data Lake Storage Gen2.
//
// A container's address and a leaser enter; objects, their bytes and what became of writes leave. The past is read in place, from
// versions, snapshots and the change feed, and never by a restore. It makes one attempt a call; it must never send a lease to a host
// that is not Azure's, read another version than the one that was named, or write without the precondition that was given.
//
// Azure keeps no CRC32C: Object.CRC32C is what we wrote into the blob's own metadata, a claim that the bytes were held against when
// they were sent, block by block, by the CRC64 that Azure computed of them.
package blob

import (
	"net/url"
	"strings"

	"github.com/landbridge/landbridge/internal/azure"
	"github.com/landbridge/landbridge/internal/azure/dataplane"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/wire"
)

// version of Azure's protocol that is spoken. It is older than what the newest emulator knows.
const version = "2023-11-03"

// Options say which container it is. All but Prefix and Undecided are required.
type Options struct {
	HTTP   *wire.Streamer
	Clock  bridge.Clock
	Leaser bridge.Leaser
	// AccountURL is https://ACCOUNT.blob.core.windows.net, or http://127.0.0.1:PORT/ACCOUNT of the sandbox.
	AccountURL string
	Container  string
	Prefix     string // of the place: "" or ending in "/"
	// Undecided is what List at a time does with a blob of which nobody can tell whether it had been deleted by then.
	Undecided Undecided
}

// Undecided says what to do when the past cannot be told. A listing of versions has no times of deletion; the change feed has.
type Undecided string

// What can be done.
const (
	Refuse Undecided = ""     // end the listing with CodeNotKept
	Keep   Undecided = "keep" // list the newest version, which may have been deleted by then
)

// Container is a container as dataset.Reader, Writer, Mender and Keeper. It is safe for use from many goroutines.
type Container struct {
	client    dataplane.Client
	clock     bridge.Clock
	base      url.URL // of the account
	host      string
	place     dataset.Place
	undecided Undecided
	buffers   *buffers
}

var (
	_ dataset.Writer = (*Container)(nil)
	_ dataset.Mender = (*Container)(nil)
	_ dataset.Keeper = (*Container)(nil)
	_ dataset.Namer  = (*Container)(nil)
)

// New checks the address. It makes no call.
func New(o Options) (*Container, error) {
	switch {
	case o.HTTP == nil || o.Clock == nil || o.Leaser == nil:
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopStorage, Code: "incomplete", Text: "a container needs an HTTP client, a clock and a leaser"}
	case o.Container == "" || strings.Contains(o.Container, "/"):
		return nil, dataplane.Usage("container_malformed", "%q is no container's name", o.Container)
	case o.Prefix != "" && !strings.HasSuffix(o.Prefix, "/"):
		return nil, dataplane.Usage("prefix_malformed", "the prefix %q does not end in a slash", o.Prefix)
	}
	if _, err := azure.NewStorage(nil, o.Clock, o.AccountURL); err != nil { // refuses hosts that would be handed the lease
		return nil, err
	}
	u, err := url.Parse(strings.TrimSuffix(o.AccountURL, "/"))
	if err != nil {
		return nil, dataplane.Usage("address_malformed", "the account's address is no URL")
	}
	account, _, _ := strings.Cut(u.Hostname(), ".")
	if u.Path != "" { // path style, which only loopback has
		account = strings.Trim(u.Path, "/")
	}
	return &Container{
		client: dataplane.Client{HTTP: o.HTTP, Clock: o.Clock, Leaser: o.Leaser, Version: version}, clock: o.Clock, base: *u, host: u.Host, undecided: o.Undecided, buffers: &buffers{},
		place: dataset.Place{Store: dataset.Blob, Account: account, Name: o.Container, Prefix: o.Prefix},
	}, nil
}

// Place implements dataset.Reader.
func (c *Container) Place() dataset.Place { return c.place }
