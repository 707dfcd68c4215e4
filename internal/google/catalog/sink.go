package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
	"github.com/landbridge/landbridge/internal/lineage"
	"github.com/landbridge/landbridge/internal/wire"
)

// Sink takes OpenLineage events, each of them by itself.
type Sink interface {
	Send(ctx context.Context, e lineage.Event) error
}

// What the Data Lineage API takes (https://cloud.google.com/dataplex/docs/open-lineage#limitations).
const (
	maxEvent = 5_000_000
	maxName  = 4000
)

// DataLineage is the Data Lineage API as a consumer of OpenLineage.
func (c *Catalog) DataLineage() Sink { return dataLineage{c} }

type dataLineage struct{ catalog *Catalog }

// Send implements Sink over ProcessOpenLineageRunEvent. An event with the same names, run and time is the same event there.
func (d dataLineage) Send(ctx context.Context, e lineage.Event) error {
	c := d.catalog
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if len(text) > maxEvent {
		return usage("event_too_large", fmt.Sprintf("an event of %d bytes, where the Data Lineage API takes %d", len(text), maxEvent), "hold tags back: lineage.deny")
	}
	for _, name := range names(e) {
		if len(name.Namespace)+len(name.Name) > maxName {
			return usage("name_too_long", fmt.Sprintf("a dataset's name of more than %d characters, which the Data Lineage API does not take", maxName), "shorten the prefix")
		}
	}
	return c.do(ctx, call{
		method: http.MethodPost, endpoint: c.lineage, about: dataLineages,
		path: "/v1/projects/" + c.options.Project + "/locations/" + c.options.LineageLocation + ":processOpenLineageRunEvent", body: json.RawMessage(text),
	}, nil)
}

func names(e lineage.Event) []lineage.Name {
	var out []lineage.Name
	for _, d := range e.Inputs {
		out = append(out, d.Name)
	}
	for _, d := range e.Outputs {
		out = append(out, d.Name)
	}
	return out
}

// ConsumerOptions configure NewConsumer. HTTP and URL are required.
type ConsumerOptions struct {
	HTTP *wire.Client
	// URL that takes POSTs of single events: Marquez's https://HOST/api/v1/lineage, DataHub's https://HOST/openapi/openlineage/api/v1/lineage.
	URL string
	// Key is sent as a bearer token; empty for none.
	Key bridge.Secret
}

// NewConsumer returns any consumer of OpenLineage over HTTP. It makes no call.
func NewConsumer(o ConsumerOptions) (Sink, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && (u.Scheme != "http" || !wire.PlainHost(u.Hostname())) {
		return nil, usage("consumer_refused", "the OpenLineage consumer's URL is not https://HOST/PATH", "write it without a user and a query, and give its key as a secret")
	}
	return consumer{o, u.Host}, nil
}

type consumer struct {
	o    ConsumerOptions
	host string
}

// Send implements Sink.
func (c consumer) Send(ctx context.Context, e lineage.Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	header := http.Header{}
	if !c.o.Key.Empty() {
		header.Set("Authorization", "Bearer "+c.o.Key.Reveal())
	}
	resp, err := c.o.HTTP.PostJSON(ctx, bridge.HopCatalog, c.o.URL, header, text)
	if err != nil {
		return err
	}
	if resp.Status >= 200 && resp.Status <= 299 {
		return nil
	}
	out := &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopCatalog, Code: fmt.Sprintf("http_%d", resp.Status), Status: resp.Status,
		Retry: wire.RetryStatus(resp.Status), RetryAfter: resp.RetryAfter(),
		Text: fmt.Sprintf("the OpenLineage consumer %s answered %d", c.host, resp.Status),
	}
	switch {
	case resp.Status == http.StatusUnauthorized, resp.Status == http.StatusForbidden:
		out.Kind, out.Hint = bridge.Denied, "check the consumer's key"
	case resp.Status == http.StatusNotFound:
		out.Kind, out.Hint = bridge.Usage, "check the path: Marquez has /api/v1/lineage"
	case !out.Retry:
		out.Kind = bridge.Fault
	}
	if words := google.Presentable(string(resp.Body[:min(len(resp.Body), 300)])); words != "" {
		out.Text += ": " + words
	}
	return out
}

// File appends events to a file of JSON Lines, each in one write.
type File struct {
	path string
	mu   sync.Mutex
}

// NewFile returns a sink of a file that is made with the first event.
func NewFile(path string) *File { return &File{path: path} }

// Send implements Sink.
func (f *File) Send(_ context.Context, e lineage.Event) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = bytes.NewReader(append(text, '\n')).WriteTo(out)
		if closed := out.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		return &bridge.Error{
			Kind: bridge.Fault, Hop: bridge.HopCatalog, Code: "lineage_file", Text: "the file of lineage events cannot be written", Cause: err, Hint: "check its folder's rights and room",
		}
	}
	return nil
}
