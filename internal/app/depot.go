package app

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/azure/blob"
	"github.com/landbridge/landbridge/internal/azure/files"
	"github.com/landbridge/landbridge/internal/backup/transfer"
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/config"
	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/folder"
	"github.com/landbridge/landbridge/internal/google/storage"
	"github.com/landbridge/landbridge/internal/route"
	"github.com/landbridge/landbridge/internal/runs"
	"github.com/landbridge/landbridge/internal/wire"
)

// depot opens the stores that a configuration names, each with the identity of its shore. An identity that no store needs is not looked for.
type depot struct {
	a        *App
	c        *crossing
	cfg      *config.Backup
	streamer *wire.Streamer

	mu     sync.Mutex
	azure  bridge.Leaser // nil until it is needed
	google bridge.Leaser
	sets   map[string]*runs.Dataset // that are open
	close  []func()
}

func (a *App) depot(c *crossing) *depot {
	cfg := c.cfg.Backup
	if cfg == nil { // keys in a cloud are asked for by other sections too
		cfg = &config.Backup{AzureIdentity: "auto", GoogleIdentity: "auto"}
	}
	return &depot{
		a: a, c: c, cfg: cfg, sets: map[string]*runs.Dataset{},
		streamer: wire.NewStreamer(wire.StreamOptions{RootCAs: c.world.RootCAs, UserAgent: a.agent(), Conns: 128}),
	}
}

// Close gives back what was opened.
func (d *depot) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.close {
		c()
	}
	d.streamer.CloseIdle()
}

// onAzure is as whom Azure is asked.
func (d *depot) onAzure() (bridge.Leaser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.azure != nil {
		return d.azure, nil
	}
	over := d.cfg.AzureIdentity == "to_azure" || d.cfg.AzureIdentity == "auto" && d.c.toAzure != nil
	if over {
		d.azure = d.c.toAzure.Route
		return d.azure, nil
	}
	var source route.AzureSource
	if g := d.c.cfg.ToGoogle; g != nil {
		source = googleOptions(d.c.world, g).Source
	}
	home, err := route.NewAzureHome(d.c.world, source)
	if err != nil {
		return nil, err
	}
	for _, line := range home.Describe() {
		d.a.tell(line)
	}
	d.azure, d.close = home, append(d.close, home.Close)
	return home, nil
}

// onGoogle is as whom Google is asked.
func (d *depot) onGoogle() (bridge.Leaser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.google != nil {
		return d.google, nil
	}
	over := d.cfg.GoogleIdentity == "to_google" || d.cfg.GoogleIdentity == "auto" && d.c.toGoogle != nil
	if over {
		d.google = d.c.toGoogle.Route
		return d.google, nil
	}
	var source route.GoogleSource
	if z := d.c.cfg.ToAzure; z != nil {
		source = azureOptions(d.c.world, z).Source
	}
	home, err := route.NewGoogleHome(d.c.world, source)
	if err != nil {
		return nil, err
	}
	for _, line := range home.Describe() {
		d.a.tell(line)
	}
	d.google, d.close = home, append(d.close, home.Close)
	return home, nil
}

// store opens a place to be written; a directory is made when it is absent.
func (d *depot) store(l dataset.Location) (dataset.Writer, func(), error) { return d.open(l, true) }

func (d *depot) open(l dataset.Location, create bool) (dataset.Writer, func(), error) {
	nothing := func() {}
	switch l.Store {
	case dataset.Blob:
		leaser, err := d.onAzure()
		if err != nil {
			return nil, nothing, err
		}
		s, err := blob.New(blob.Options{
			HTTP: d.streamer, Clock: d.a.host.Clock, Leaser: leaser, AccountURL: d.account(l, d.cfg.Endpoints.Blob, ".blob.core.windows.net"),
			Container: l.Name, Prefix: l.Prefix, Undecided: d.undecided(l.Place),
		})
		return s, nothing, err
	case dataset.Bucket:
		leaser, err := d.onGoogle()
		if err != nil {
			return nil, nothing, err
		}
		s, err := storage.New(storage.Options{
			HTTP: d.streamer, Leaser: leaser, Scope: storage.ScopeCloud, Endpoint: d.cfg.Endpoints.Storage, Bucket: l.Name, Prefix: l.Prefix,
		})
		return s, nothing, err
	case dataset.Folder:
		s, err := folder.New(folder.Options{Path: l.Name, Prefix: l.Prefix, Create: create})
		if err != nil {
			return nil, nothing, err
		}
		return s, func() { _ = s.Close() }, nil
	}
	return nil, nothing, &bridge.Error{Kind: bridge.Usage, Code: "place_unknown", Text: fmt.Sprintf("%s is read and not written", l.Place)}
}

// account is where a storage account answers: an emulator has every account under its own path.
func (d *depot) account(l dataset.Location, emulator, domain string) string {
	switch {
	case emulator != "":
		return strings.TrimSuffix(emulator, "/") + "/" + l.Account
	case l.Host != "":
		return "https://" + l.Host
	}
	return "https://" + l.Account + domain
}

// reader opens a place to be read.
func (d *depot) reader(l dataset.Location) (dataset.Reader, func(), error) {
	if l.Store == dataset.Files {
		s, err := d.share(l)
		return s, func() {}, err
	}
	return d.open(l, false)
}

// share opens an Azure Files share, which is only read.
func (d *depot) share(l dataset.Location) (dataset.Reader, error) {
	leaser, err := d.onAzure()
	if err != nil {
		return nil, err
	}
	return files.New(files.Options{
		HTTP: d.streamer, Clock: d.a.host.Clock, Leaser: leaser, AccountURL: d.account(l, d.cfg.Endpoints.Files, ".file.core.windows.net"),
		Share: l.Name, Prefix: l.Prefix,
	})
}

// undecided is what the dataset that reads a place says of what cannot be decided.
func (d *depot) undecided(p dataset.Place) blob.Undecided {
	for _, c := range d.cfg.Datasets {
		if from, err := dataset.ParsePlace(c.Source); err == nil && from.Place == p && c.Undecided == "keep" {
			return blob.Keep
		}
	}
	return blob.Refuse
}

// find is a dataset of the configuration.
func (d *depot) find(name string) (*config.Dataset, error) {
	var known []string
	for i := range d.cfg.Datasets {
		if d.cfg.Datasets[i].Name == name {
			return &d.cfg.Datasets[i], nil
		}
		known = append(known, d.cfg.Datasets[i].Name)
	}
	e := &bridge.Error{
		Kind: bridge.Usage, Code: "dataset_unknown", Text: fmt.Sprintf("there is no dataset %q in the configuration", name),
		Hint: "landbridge dataset ls lists them",
	}
	if near := config.Nearest(name, known); near != "" {
		e.Hint = "did you mean " + near + "?"
	}
	return nil, e
}

// dataset is an open dataset. It stays open: pages of many runs work on it at once.
func (d *depot) dataset(ctx context.Context, name string) (*runs.Dataset, error) {
	d.mu.Lock()
	set := d.sets[name]
	d.mu.Unlock()
	if set != nil {
		return set, nil
	}
	set, done, err := d.fresh(ctx, name)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if other := d.sets[name]; other != nil {
		done()
		return other, nil
	}
	d.sets[name], d.close = set, append(d.close, done)
	return set, nil
}

// fresh opens both stores of a dataset.
func (d *depot) fresh(ctx context.Context, name string) (*runs.Dataset, func(), error) {
	c, err := d.find(name)
	if err != nil {
		return nil, nil, err
	}
	from, err := dataset.ParsePlace(c.Source)
	if err != nil {
		return nil, nil, err // the configuration was checked
	}
	to, err := dataset.ParsePlace(c.Target)
	if err != nil {
		return nil, nil, err
	}
	filter, err := transfer.NewFilter(c.Include, c.Exclude)
	if err != nil {
		return nil, nil, err
	}
	source, closeSource, err := d.reader(from)
	if err != nil {
		return nil, nil, err
	}
	target, closeTarget, err := d.store(to)
	if err != nil {
		closeSource()
		return nil, nil, err
	}
	var courier runs.Courier
	if c.Engine == "storage-transfer" {
		if courier, err = d.courier(ctx, name, from.Place, to.Place); err != nil {
			closeSource()
			closeTarget()
			return nil, nil, err
		}
	}
	const mib = 1 << 20
	return &runs.Dataset{
		Courier: courier,
		Name:    name, Source: source, Target: target, Filter: filter, Mirror: c.Mirror, RPO: c.RPO, Structure: c.Structure == "check",
		Copy: transfer.Options{
			Chunk: int64(c.ChunkMiB) * mib, Objects: c.Concurrency, Bandwidth: int64(c.BandwidthMiB) * mib, KeepParts: c.KeepParts, MD5: md5Policies[c.MD5],
		},
	}, func() { closeSource(); closeTarget() }, nil
}

var md5Policies = map[string]transfer.MD5{"source": transfer.MD5WhenCheap, "always": transfer.MD5Always, "never": transfer.MD5Never}
