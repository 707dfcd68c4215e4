package app

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/google/catalog"
	"github.com/landbridge/landbridge/internal/lineage"
	"github.com/landbridge/landbridge/internal/protect"
	"github.com/landbridge/landbridge/internal/runs"
	"github.com/landbridge/landbridge/internal/wire"
)

// What "dataset lineage" shows.
type (
	LineageNode  = lineage.Node
	LineageReach = lineage.Reach
	Difference   = lineage.Difference
)

// Lineage is what is known of where a dataset's copies come from, and of what uses them.
type Lineage struct {
	Dataset     string                  `json:"dataset"`
	Tree        []*LineageNode          `json:"tree"`
	Reached     []LineageReach          `json:"reached,omitempty"`     // by the recovery point that was asked for
	Differences map[string][]Difference `json:"differences,omitempty"` // of labels, by what bears them
	Gaps        []string                `json:"gaps,omitempty"`        // what could not be asked
}

// catalog is Google's catalogs, nil where no project and location are configured.
func (d *depot) catalog() (*catalog.Catalog, error) {
	if d.cfg.Project == "" || d.cfg.Location == "" {
		return nil, nil //nolint:nilnil // nothing is configured, nothing is asked
	}
	leaser, err := d.onGoogle()
	if err != nil {
		return nil, err
	}
	return catalog.New(catalog.Options{
		HTTP:   wire.New(wire.Options{RootCAs: d.c.world.RootCAs, UserAgent: d.a.agent(), MaxBody: 32 << 20, Timeout: vaultTimeout}),
		Leaser: leaser, Project: d.cfg.Project, Location: d.cfg.Location,
		Folding:        lineage.Folding{Mark: lineage.Mark, Deny: d.cfg.Lineage.DenyTags},
		VertexEndpoint: d.cfg.Endpoints.AIPlatform, LineageEndpoint: d.cfg.Endpoints.DataLineage, StorageEndpoint: d.cfg.Endpoints.Storage,
	})
}

// told tells everybody who is configured of a run that has ended.
func (b *Backup) told(ctx context.Context, t runs.Tale) error {
	l := b.cfg.Lineage
	if l.URL == "" && l.File == "" && !l.Vertex && !l.DataLineage {
		return nil
	}
	run := b.lineageRun(ctx, t)
	var all []error
	sinks, err := b.sinks()
	all = append(all, err)
	producer := lineage.Producer{Version: b.a.host.Version, Namespace: l.Namespace, Deny: l.DenyTags}
	for _, sink := range sinks {
		for _, e := range producer.Events(run) {
			all = append(all, sink.Send(ctx, e))
		}
	}
	if l.Vertex && t.Failed == "" && !t.Cancelled {
		all = append(all, b.record(ctx, run))
	}
	return errors.Join(all...)
}

func (b *Backup) record(ctx context.Context, run lineage.Run) error {
	c, err := b.depot.catalog()
	if err != nil || c == nil {
		return err
	}
	if _, err = c.Record(ctx, run); err != nil {
		return err
	}
	all := []error{nil}
	for _, name := range b.labelled(run) {
		_, err := c.Align(ctx, name, run.Source)
		all = append(all, err)
	}
	return errors.Join(all...)
}

// labelled are the things of Google's that bear the labels of a run's source: what the dataset names, and its bucket when that is the dataset's
// alone, since two in one bucket would write over one another's labels.
func (b *Backup) labelled(run lineage.Run) []string {
	var out []string
	d, err := b.depot.find(run.Dataset)
	if err != nil {
		return nil
	}
	out = slices.Clone(d.Vertex)
	own, _ := dataset.ParsePlace(d.Target) // the configuration was checked
	if run.Target.Place == own.Place && own.Store == dataset.Bucket && own.Prefix == "" {
		out = append(out, "gs://"+run.Target.Place.Name)
	}
	return out
}

func (b *Backup) sinks() ([]catalog.Sink, error) {
	l := b.cfg.Lineage
	var out []catalog.Sink
	if l.File != "" {
		out = append(out, catalog.NewFile(l.File))
	}
	if l.URL != "" {
		s, err := catalog.NewConsumer(catalog.ConsumerOptions{HTTP: b.c.client, URL: l.URL})
		if err != nil {
			return out, err
		}
		out = append(out, s)
	}
	if l.DataLineage {
		c, err := b.depot.catalog()
		if err != nil || c == nil {
			return out, err
		}
		out = append(out, c.DataLineage())
	}
	return out, nil
}

// lineageRun is a run as lineage tells it.
func (b *Backup) lineageRun(ctx context.Context, t runs.Tale) lineage.Run {
	run := lineage.Run{
		ID: t.Run, Act: t.Act, Dataset: t.Dataset, Began: t.Began, Ended: t.Ended, At: t.At, Manifest: t.Manifest, Previous: t.Previous,
		Objects: t.Objects, Bytes: t.Bytes, Changed: t.Changed, ChangedBytes: t.ChangedBytes, Failed: t.Failed, Cancelled: t.Cancelled,
	}
	c, err := b.depot.find(t.Dataset)
	if err != nil {
		return run
	}
	from, _ := dataset.ParsePlace(c.Source) // the configuration was checked
	to, _ := dataset.ParsePlace(c.Target)
	if other, err := dataset.ParsePlace(t.Target); err == nil && other.Place != to.Place { // of a restore to another place
		to = other
	}
	run.Source, run.Target = lineage.Data{Place: from.Place, Host: from.Host}, lineage.Data{Place: to.Place, Host: to.Host}
	if run.Act == runs.Verify || run.Act == runs.Repair {
		level := "metadata"
		if t.Deep {
			level = "crc32c"
		}
		run.Checks = []lineage.Check{{Level: level, Expected: "0 damaged", Actual: strconv.FormatInt(t.Damaged, 10) + " damaged"}}
	}
	if p, err := b.protection(ctx, t.Dataset); err == nil && p.Item.ID != "" {
		run.Source.Group, run.Source.Tags = protect.Part(p.Item.Source, "resourceGroups"), p.Item.Tags
		run.Point = lineage.Point{ID: t.RecoveryPoint, Item: p.Item.ID, Vault: p.Item.Vault, Policy: p.Item.Policy}
	}
	return run
}

// Lineage walks from what uses a dataset to the recovery points that its copies came from. With a point, it also says what that point reached.
func (b *Backup) Lineage(ctx context.Context, name, point string) (Lineage, error) {
	c, err := b.depot.find(name)
	if err != nil {
		return Lineage{}, err
	}
	out := Lineage{Dataset: name, Differences: map[string][]Difference{}}
	err = b.c.recording(func() error {
		copies, err := b.copies(ctx, name)
		if err != nil {
			return err
		}
		uses, source := b.uses(ctx, c.Vertex, name, &out)
		history := lineage.NewHistory(copies, uses)
		out.Tree = history.Tree()
		if point != "" {
			out.Reached = history.From(point)
		}
		b.differences(ctx, history.Uses(), source, &out)
		return nil
	})
	return out, err
}

// copies are the manifests of a dataset, with what the history of runs knows of them.
func (b *Backup) copies(ctx context.Context, name string) ([]lineage.Copy, error) {
	acts := map[string]string{}
	list, err := b.engine.List(ctx, RunQuery{Dataset: name, Limit: 1000})
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		acts[r.ID] = r.Act
	}
	p, protectErr := b.protection(ctx, name)
	var out []lineage.Copy
	for run, err := range b.books.Runs(ctx, name) {
		if err != nil {
			return nil, err
		}
		m, err := b.books.Check(ctx, name, run)
		if err != nil {
			return nil, err
		}
		h := m.Header
		copied := lineage.Copy{
			Run: run, Act: cmp.Or(acts[run], runs.Sync), Dataset: name, Manifest: m.Trailer.Digest(), Previous: h.Previous, At: h.At,
			Source: lineage.Data{Place: h.Source}, Target: lineage.Data{Place: h.Target}, Created: h.Created,
			Objects: m.Trailer.Objects, Bytes: m.Trailer.Bytes, Point: lineage.Point{ID: h.RecoveryPoint},
		}
		if protectErr == nil && p.Item.ID != "" {
			copied.Point.Item, copied.Point.Vault, copied.Point.Policy = p.Item.ID, p.Item.Vault, p.Item.Policy
		}
		out = append(out, copied)
	}
	return out, nil
}

// uses are the datasets, models and buckets of Vertex AI's project, and those that the configuration names.
func (b *Backup) uses(ctx context.Context, named []string, name string, out *Lineage) ([]lineage.Use, lineage.Data) {
	var source lineage.Data
	if p, err := b.protection(ctx, name); err != nil {
		out.Gaps = append(out.Gaps, "Azure Backup: "+err.Error())
	} else {
		source.Group, source.Tags = protect.Part(p.Item.Source, "resourceGroups"), p.Item.Tags
	}
	c, err := b.depot.catalog()
	if err == nil && c == nil {
		out.Gaps = append(out.Gaps, "Vertex AI: backup.project and backup.location are not configured")
	}
	var uses []lineage.Use
	if err == nil && c != nil {
		if uses, err = c.Uses(ctx); err == nil {
			if more, originErr := c.Origins(ctx, uses); originErr == nil {
				uses = more
			} else {
				out.Gaps = append(out.Gaps, "Vertex ML Metadata: "+originErr.Error())
			}
		}
	}
	if err != nil {
		out.Gaps = append(out.Gaps, "Vertex AI: "+err.Error())
	}
	known := map[string]bool{}
	for _, u := range uses {
		known[u.Name] = true
	}
	d, _ := b.depot.find(name)
	for _, n := range named {
		if !known[n] {
			kind := lineage.UseModel
			if strings.Contains(n, "/datasets/") {
				kind = lineage.UseDataset
			}
			uses = append(uses, lineage.Use{Kind: kind, Name: n, URIs: []string{d.Target}})
		}
	}
	return uses, source
}

// differences are the labels of what uses the dataset that are not as Azure's tags say.
func (b *Backup) differences(ctx context.Context, uses []lineage.Use, source lineage.Data, out *Lineage) {
	folding := lineage.Folding{Mark: lineage.Mark, Deny: b.cfg.Lineage.DenyTags}
	labels, _ := folding.Fold(source.Group, source.Tags)
	if len(labels) == 0 || ctx.Err() != nil {
		return
	}
	for _, u := range uses {
		if d := folding.Compare(labels, maps.Clone(u.Labels)); len(d) > 0 {
			out.Differences[u.Name] = d
		}
	}
}
