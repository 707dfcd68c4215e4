// Package kms signs and encrypts with the keys of Cloud KMS, over its REST API.
//
// A digest enters and its signature leaves; a data key enters and leaves wrapped, and the other way about. Every value that crosses
// the wire has a CRC32C that is checked on both sides (https://cloud.google.com/kms/docs/data-integrity-guidelines). It must never
// put a data key into an error, and never retry: the callers do, on the verdict given here.
package kms

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/crc32"
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/wire"
)

// Scope is the narrowest one that Cloud KMS takes.
const Scope = "https://www.googleapis.com/auth/cloudkms"

const api = "cloudkms.googleapis.com"

// Options configure New. HTTP and Leaser are required.
type Options struct {
	HTTP   *wire.Client
	Leaser bridge.Leaser
	// Scope of the leases; Scope when empty.
	Scope string
	// Endpoint is https://cloudkms.googleapis.com when empty; a regional one, or a loopback address.
	Endpoint string
	// QuotaProject pays for the calls, where the caller's own does not.
	QuotaProject string
}

// Client calls Cloud KMS. It is safe for use from many goroutines.
type Client struct{ options Options }

// New checks the options. It makes no call.
func New(o Options) (*Client, error) {
	if o.HTTP == nil || o.Leaser == nil {
		return nil, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopKeys, Code: "incomplete", Text: "calls of Cloud KMS need an HTTP client and a leaser"}
	}
	endpoint, err := google.Endpoint("Cloud KMS", o.Endpoint, api)
	if err != nil {
		return nil, err
	}
	o.Endpoint = endpoint
	if o.Scope == "" {
		o.Scope = Scope
	}
	return &Client{o}, nil
}

// name is a key, or one version of it.
type name struct{ project, location, ring, key, version string }

var nameForm = bridge.FormOf(`^projects/([a-z0-9.:-]{1,63})/locations/([a-z0-9-]{1,63})/keyRings/([A-Za-z0-9_-]{1,63})/cryptoKeys/([A-Za-z0-9_-]{1,63})(?:/cryptoKeyVersions/([0-9]{1,10}))?$`)

func parseName(text string) (name, bool) {
	m := nameForm().FindStringSubmatch(text)
	if m == nil {
		return name{}, false
	}
	return name{m[1], m[2], m[3], m[4], m[5]}, true
}

func (n name) String() string {
	out := "projects/" + n.project + "/locations/" + n.location + "/keyRings/" + n.ring + "/cryptoKeys/" + n.key
	if n.version != "" {
		out += "/cryptoKeyVersions/" + n.version
	}
	return out
}

// attempt is one call, for its refusal.
type attempt struct {
	name
	verb string // "sign with"
}

// call makes a call of the API: POST with a body, GET without one.
func (c *Client) call(ctx context.Context, a attempt, verb string, body, into any) error {
	lease, err := c.options.Leaser.Lease(ctx, bridge.LeaseRequest{Scopes: []string{c.options.Scope}})
	if err != nil {
		return err
	}
	header := http.Header{"Authorization": {"Bearer " + lease.Token.Reveal()}, "Accept": {"application/json"}}
	if c.options.QuotaProject != "" {
		header.Set("X-Goog-User-Project", c.options.QuotaProject)
	}
	address := c.options.Endpoint + "/v1/" + a.String() + verb
	var resp *wire.Response
	if body == nil {
		resp, err = c.options.HTTP.Get(ctx, bridge.HopKeys, address, header)
	} else {
		var text []byte
		if text, err = json.Marshal(body); err != nil {
			return err
		}
		resp, err = c.options.HTTP.PostJSON(ctx, bridge.HopKeys, address, header, text)
	}
	if err != nil {
		return err
	}
	if resp.Status != http.StatusOK {
		return a.refusal(resp, lease.Principal)
	}
	if json.NewDecoder(bytes.NewReader(resp.Body)).Decode(into) != nil { // its text may hold a part of a key
		return a.bad("something else than the JSON that is due")
	}
	return nil
}

// crc is a CRC32C as the API writes it: a decimal number in a string.
type crc string

func crcOf(b []byte) crc {
	return crc(strconv.FormatUint(uint64(crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))), 10))
}
