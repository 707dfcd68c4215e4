package lineage_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/dataset"
	"github.com/landbridge/landbridge/internal/lineage"
)

// The names are those of https://openlineage.io/docs/spec/naming, in the form in which OpenLineage's Java client writes them.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		data                 lineage.Data
		namespace, name, url string
	}{
		{
			lineage.Data{Place: dataset.Place{Store: dataset.Blob, Account: "acct", Name: "training", Prefix: "fraud/2026/"}},
			"wasbs://training@acct.dfs.core.windows.net", "fraud/2026", "https://acct.blob.core.windows.net/training/fraud/2026/",
		},
		{
			lineage.Data{Place: dataset.Place{Store: dataset.Blob, Account: "acct", Name: "training"}, Lake: true},
			"abfss://training@acct.dfs.core.windows.net", "/", "https://acct.blob.core.windows.net/training/",
		},
		{
			lineage.Data{Place: dataset.Place{Store: dataset.Blob, Account: "a", Name: "c", Prefix: "x/"}, Host: "a.blob.core.usgovcloudapi.net"},
			"wasbs://c@a.dfs.core.usgovcloudapi.net", "x", "https://a.blob.core.usgovcloudapi.net/c/x/",
		},
		{
			lineage.Data{Place: dataset.Place{Store: dataset.Bucket, Name: "copies", Prefix: "a b/"}},
			"gs://copies", "a b", "gs://copies/a%20b/",
		},
		{lineage.Data{Place: dataset.Place{Store: dataset.Bucket, Name: "copies"}}, "gs://copies", "/", "gs://copies/"},
		{
			lineage.Data{Place: dataset.Place{Store: dataset.Files, Account: "acct", Name: "share", Prefix: "x/"}},
			"file://acct.file.core.windows.net", "/share/x", "https://acct.file.core.windows.net/share/x/",
		},
		{lineage.Data{Place: dataset.Place{Store: dataset.Folder, Name: "/srv/data", Prefix: "x/"}}, "file", "/srv/data/x", "file:///srv/data/x/"},
		{lineage.Data{Place: dataset.Place{Store: dataset.Folder, Name: "/"}}, "file", "/", "file:///"},
	} {
		if got := c.data.Name(); got != (lineage.Name{Namespace: c.namespace, Name: c.name}) {
			t.Errorf("%v: %+v", c.data.Place, got)
		}
		if got := c.data.URL(); got != c.url {
			t.Errorf("%v: %s", c.data.Place, got)
		}
	}
}

func TestUnder(t *testing.T) {
	t.Parallel()
	d := lineage.Data{Place: dataset.Place{Store: dataset.Bucket, Name: "b", Prefix: "data/"}}
	for uri, want := range map[string]bool{
		"gs://b/data/x.csv": true, "gs://b/data/*": true, "gs://b/data": true, "gs://b/data/m/": true, "gs://b/": true, "gs://b": true,
		"gs://b/database/x": false, "gs://c/data/x": false, "https://b/data/x": false, "gs://b/other": false,
	} {
		if d.Under(uri) != want {
			t.Errorf("%s: not %v", uri, want)
		}
	}
	if (lineage.Data{Place: dataset.Place{Store: dataset.Folder, Name: "b"}}).Under("gs://b/x") {
		t.Error("a directory holds an object of a bucket")
	}
}
