package files

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/dataset"
)

const listing = "\ufeff" + `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://acct.file.core.windows.net/" ShareName="s" DirectoryPath="d">` +
	`<Prefix /><Entries><File><FileId>1</FileId><Name>a &amp; b</Name><Properties><Content-Length>7</Content-Length><LastWriteTime>2026-11-23T12:00:00.0000000Z</LastWriteTime>` +
	`<Last-Modified>Mon, 23 Nov 2026 12:00:00 GMT</Last-Modified><Etag>"0x8D1"</Etag></Properties><Attributes>Archive</Attributes></File>` +
	`<Directory><Name Encoded="true">x%EF%BF%BE+%2B%20y</Name><Properties /></Directory></Entries><NextMarker>next</NextMarker></EnumerationResults>`

func TestPage(t *testing.T) {
	t.Parallel()
	var p page
	if err := decode(strings.NewReader(listing), &p); err != nil || p.Next != "next" {
		t.Fatal(p.Next, err)
	}
	got, err := p.entries()
	if err != nil {
		t.Fatal(err)
	}
	want := []dataset.Object{{Name: "a & b", Size: 7, ETag: `"0x8D1"`, Modified: got[0].Modified}, {Name: "x\ufffe++ y/"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range [][2]string{
		{">a &amp; b<", "><"}, {">a &amp; b<", ">../b<"}, {">a &amp; b<", ">..<"}, {">7<", ">-7<"}, {"Mon, 23", "23"}, {"%EF", "%E"},
	} {
		var p page
		if err := decode(strings.NewReader(strings.Replace(listing, bad[0], bad[1], 1)), &p); err != nil {
			t.Errorf("%s: %v", bad[1], err)
			continue
		}
		if _, err := p.entries(); err == nil {
			t.Errorf("%s is taken", bad[1])
		}
	}
}

// FuzzPage: whatever a proxy answers, the entries are names in the directory, or there are none.
func FuzzPage(f *testing.F) {
	f.Add(listing)
	f.Add("<EnumerationResults><Entries><File><Name>..</Name></File></Entries></EnumerationResults>")
	f.Add("<html></html>")
	f.Fuzz(func(t *testing.T, text string) {
		var p page
		if decode(strings.NewReader(text), &p) != nil {
			return
		}
		entries, err := p.entries()
		if err != nil {
			return
		}
		for _, e := range entries {
			if n := strings.TrimSuffix(e.Name, "/"); !proper(n) || e.Size < 0 {
				t.Errorf("%+v", e)
			}
		}
	})
}
