package blob

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// A page as the service writes it (from a recording of Azure's SDK for JavaScript, MIT), and in other forms.
const recorded = "\ufeff" + `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a.blob.core.windows.net/" ContainerName="c"><Blobs>` +
	`<Blob><Name>block&amp;blob</Name><VersionId>2021-06-30T09:04:30.1234567Z</VersionId><IsCurrentVersion>true</IsCurrentVersion><Properties><Creation-Time>Wed, 30 Jun 2021 09:04:30 GMT</Creation-Time>` +
	`<Last-Modified>Wed, 30 Jun 2021 09:04:30 GMT</Last-Modified><Etag>0x8D93BA6123FA876</Etag><Content-Length>7</Content-Length><Content-Type>application/octet-stream</Content-Type>` +
	`<Content-Encoding /><Content-Language /><Content-CRC64 /><Content-MD5>1B2M2Y8AsgTpgAmY7PhCfg==</Content-MD5><Cache-Control /><Content-Disposition /><BlobType>BlockBlob</BlobType>` +
	`<AccessTier>Hot</AccessTier><ServerEncrypted>true</ServerEncrypted></Properties><Metadata><landbridge_origin>00ff</landbridge_origin><Team>a &lt; b</Team></Metadata><OrMetadata /></Blob>` +
	`<Blob><Name Encoded="true">a%EF%BF%BE</Name><Snapshot>2021-06-30T09:04:30.0000000Z</Snapshot><Deleted>true</Deleted><Properties><Content-Length>0</Content-Length></Properties></Blob>` +
	`<BlobPrefix><Name>dir/</Name></BlobPrefix></Blobs><NextMarker>2!next</NextMarker></EnumerationResults>`

func TestDecode(t *testing.T) {
	t.Parallel()
	p, err := decode(strings.NewReader(recorded))
	if err != nil || len(p.items) != 3 || p.marker != "2!next" {
		t.Fatalf("%d items, %q, %v", len(p.items), p.marker, err)
	}
	one, two, three := p.items[0], p.items[1], p.items[2]
	if one.Name != "block&blob" || one.ETag != `"0x8D93BA6123FA876"` || one.Size != 7 || len(one.MD5) != 16 || !one.current || one.Version != "2021-06-30T09:04:30.1234567Z" ||
		one.Metadata["team"] != "a < b" || one.Metadata["landbridge-origin"] != "00ff" || one.Tier != "Hot" || one.created.IsZero() {
		t.Errorf("%+v", one)
	}
	if two.Name != "a\ufffe" || two.Version != "snapshot=2021-06-30T09:04:30.0000000Z" || !two.deleted {
		t.Errorf("%+v", two)
	}
	if three.Name != "dir/" || !three.abbreviate {
		t.Errorf("%+v", three)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "half": recorded[:len(recorded)/2], "a page of a proxy": "<!DOCTYPE html><html></html>", "other XML": "<Error><Code>x</Code></Error>",
		"a wrong end": "<EnumerationResults><Blobs></EnumerationResults>", "an unknown entity": "<EnumerationResults><NextMarker>&nbsp;</NextMarker></EnumerationResults>",
		"more than one root":  "<EnumerationResults></EnumerationResults><EnumerationResults></EnumerationResults>",
		"a size that is none": "<EnumerationResults><Blobs><Blob><Properties><Content-Length>x</Content-Length></Properties></Blob></Blobs></EnumerationResults>",
	} {
		if p, err := decode(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

// FuzzList: our scanner takes nothing that encoding/xml does not, and reads the same texts.
func FuzzList(f *testing.F) {
	for _, seed := range []string{recorded, "<a>x&#65;<b/></a>", "<a b='c'>\n</a >", "<?xml?><a></a>", "<a>&amp;&lt;</a>"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = decode(bytes.NewReader(raw)) // any answer but a panic
		ours, err := texts(raw)
		if err != nil {
			return
		}
		d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
		d.Strict = false
		var theirs []string
		var text strings.Builder
		for {
			token, err := d.RawToken()
			if err != nil {
				break // it is stricter about names, attributes and characters
			}
			switch x := token.(type) {
			case xml.StartElement:
				text.Reset()
			case xml.CharData:
				text.Write(x)
			case xml.EndElement:
				theirs = append(theirs, text.String())
				text.Reset()
			}
		}
		for i := range min(len(ours), len(theirs)) {
			if clean := strings.ReplaceAll(strings.ReplaceAll(ours[i], "\r\n", "\n"), "\r", "\n"); clean != theirs[i] && !strings.Contains(theirs[i], "\ufffd") && !strings.Contains(ours[i], "&") {
				t.Fatalf("%q, and encoding/xml reads %q", ours[i], theirs[i])
			}
		}
	})
}

func texts(raw []byte) (out []string, err error) {
	s := newScanner(bytes.NewReader(raw))
	for {
		token, err := s.next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if token.end != "" {
			out = append(out, string(token.text))
		}
	}
}

// FuzzFeed: no file of the change feed makes the reader panic or allocate without bound.
func FuzzFeed(f *testing.F) {
	f.Add([]byte("Obj\x01\x02\x16avro.schema\x0c\"long\"\x00"))
	f.Add([]byte("Obj\x01\x04\x16avro.schema\x82\x01{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"}]}\x14avro.codec\x08null\x00"))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		most := 10_000
		_ = readRecords(bytes.NewReader(raw), func(map[string]string) error {
			if most--; most < 0 {
				return errAvro
			}
			return nil
		})
	})
}

func BenchmarkDecode(b *testing.B) {
	item := recorded[strings.Index(recorded, "<Blob>"):strings.Index(recorded, "<Blob><Name Encoded")]
	page := []byte(strings.Replace(recorded, "<BlobPrefix>", strings.Repeat(item, 5000)+"<BlobPrefix>", 1))
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(bytes.NewReader(page)); err != nil {
			b.Fatal(err)
		}
	}
}
