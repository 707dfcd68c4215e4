package main

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// bucketPage is a page of Cloud Storage's listing of n objects; its token is the number of the next.
func bucketPage(rw http.ResponseWriter, r *http.Request, n int) {
	const most = 1000
	first, _ := strconv.Atoi(r.FormValue("pageToken"))
	last := min(first+most, n)
	out := bufio.NewWriter(rw)
	defer out.Flush()
	rw.Header().Set("Content-Type", "application/json")
	fmt.Fprint(out, `{"items":[`)
	for i := first; i < last; i++ {
		if i > first {
			_ = out.WriteByte(',')
		}
		fmt.Fprintf(out, `{"name":%q,"generation":%q,"size":"%d","crc32c":%q,"timeCreated":%q,"storageClass":"STANDARD","contentType":"application/octet-stream"}`,
			listedName(i), listedVersion(i), listedSize, listedCRC(listedSum(i)), listedTime().Format(time.RFC3339))
	}
	fmt.Fprint(out, "]")
	if last < n {
		fmt.Fprintf(out, `,"nextPageToken":"%d"`, last)
	}
	fmt.Fprint(out, "}")
}

// blobPage is a page of Blob Storage's listing of n blobs.
func blobPage(rw http.ResponseWriter, r *http.Request, n int) {
	const most = 5000
	first, _ := strconv.Atoi(r.FormValue("marker"))
	last := min(first+most, n)
	out := bufio.NewWriter(rw)
	defer out.Flush()
	rw.Header().Set("Content-Type", "application/xml")
	fmt.Fprint(out, xml.Header, `<EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="listed"><Blobs>`)
	for i := first; i < last; i++ {
		fmt.Fprintf(out, `<Blob><Name>%s</Name><Properties><Creation-Time>%[2]s</Creation-Time><Last-Modified>%[2]s</Last-Modified><Etag>0x8D%010[3]X</Etag>`+
			`<Content-Length>%[4]d</Content-Length><Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier>`+
			`<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties></Blob>`,
			listedName(i), listedTime().Format(http.TimeFormat), i, listedSize)
	}
	fmt.Fprint(out, "</Blobs>")
	if last < n {
		fmt.Fprintf(out, "<NextMarker>%d</NextMarker>", last)
	} else {
		fmt.Fprint(out, "<NextMarker />")
	}
	fmt.Fprint(out, "</EnumerationResults>")
}
