package dataset_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/dataset"
)

func TestParsePlace(t *testing.T) {
	t.Parallel()
	blob := dataset.Location{
		Place: dataset.Place{Store: dataset.Blob, Account: "acct", Name: "training", Prefix: "fraud/2026/"}, Host: "acct.blob.core.windows.net",
	}
	for s, want := range map[string]dataset.Location{
		"https://acct.blob.core.windows.net/training/fraud/2026":  blob,
		"https://ACCT.blob.core.windows.net/training/fraud/2026/": blob,
		"https://acct.dfs.core.windows.net/training/fraud/2026/":  blob,
		"abfss://training@acct.dfs.core.windows.net/fraud/2026":   blob,
		"blob://acct/training/fraud/2026":                         {Place: blob.Place},
		"https://acct.file.core.windows.net/share":                {Place: dataset.Place{Store: dataset.Files, Account: "acct", Name: "share"}, Host: "acct.file.core.windows.net"},
		"gs://bucket":                            {Place: dataset.Place{Store: dataset.Bucket, Name: "bucket"}},
		"gs://bucket/a%20b":                      {Place: dataset.Place{Store: dataset.Bucket, Name: "bucket", Prefix: "a b/"}},
		"/srv/data/../copies/":                   {Place: dataset.Place{Store: dataset.Folder, Name: "/srv/copies"}},
		"https://a.blob.core.chinacloudapi.cn/c": {Place: dataset.Place{Store: dataset.Blob, Account: "a", Name: "c"}, Host: "a.blob.core.chinacloudapi.cn"},
	} {
		got, err := dataset.ParsePlace(s)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", s, err, diff)
		}
	}
	for s, want := range map[string]string{
		"https://acct.blob.core.windows.net/c?sv=2024&sig=abc": "a shared access signature is a secret",
		"https://acct.blob.core.windows.net":                   "names no container",
		"https://storage.googleapis.com/bucket":                "is no host of Azure Storage",
		"gs://":                                                "is not a place",
		"data/here":                                            "is not a place",
		"https://u:p@acct.blob.core.windows.net/c":             "a user or a password is refused",
		"s3://bucket/x":                                        "is not a place",
	} {
		if _, err := dataset.ParsePlace(s); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "sig=abc") {
			t.Errorf("%s: %v, want %q", s, err, want)
		}
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	at := func(s string) dataset.Place {
		l, err := dataset.ParsePlace(s)
		if err != nil {
			t.Fatal(err)
		}
		return l.Place
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"gs://b/x", "gs://b/x/y", true},
		{"gs://b", "gs://b/x", true},
		{"gs://b/x", "gs://b/xy", false},
		{"gs://b/x", "gs://c/x", false},
		{"/a/b", "/a", true},
		{"/a/b", "/a/bc", false},
		{"/a", "gs://a", false},
	} {
		if at(c.a).Overlap(at(c.b)) != c.want || at(c.b).Overlap(at(c.a)) != c.want {
			t.Errorf("%s and %s: overlap is not %v", c.a, c.b, c.want)
		}
	}
}
