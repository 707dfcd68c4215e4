package azureapi

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// blobTime is when every blob and container of the pretended accounts was last changed: they never are.
var blobTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

type enumeration struct {
	XMLName         xml.Name        `xml:"EnumerationResults"`
	ServiceEndpoint string          `xml:"ServiceEndpoint,attr"`
	ContainerName   string          `xml:"ContainerName,attr,omitempty"`
	Prefix          string          `xml:"Prefix,omitempty"`
	Containers      *containerItems `xml:"Containers"`
	Blobs           *blobItems      `xml:"Blobs"`
	NextMarker      string          `xml:"NextMarker"`
}

// containerItems and blobItems are written even when they are empty, as Storage does.
type containerItems struct {
	Items []containerItem `xml:"Container"`
}

type blobItems struct {
	Items []blobItem `xml:"Blob"`
}

type containerItem struct {
	Name       string `xml:"Name"`
	Properties struct {
		LastModified string `xml:"Last-Modified"`
		Etag         string `xml:"Etag"`
		LeaseStatus  string `xml:"LeaseStatus"`
		LeaseState   string `xml:"LeaseState"`
	} `xml:"Properties"`
}

type blobItem struct {
	Name       string `xml:"Name"`
	Properties struct {
		LastModified  string `xml:"Last-Modified"`
		Etag          string `xml:"Etag"`
		ContentLength int    `xml:"Content-Length"`
		ContentType   string `xml:"Content-Type"`
		ContentMD5    string `xml:"Content-MD5"`
		BlobType      string `xml:"BlobType"`
		LeaseStatus   string `xml:"LeaseStatus"`
		LeaseState    string `xml:"LeaseState"`
	} `xml:"Properties"`
}

func (a *API) listContainers(rw http.ResponseWriter, r *http.Request, t target) {
	prefix := r.URL.Query().Get("prefix")
	var items containerItems
	for _, name := range slices.Sorted(maps.Keys(t.account.Containers)) {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		item := containerItem{Name: name}
		item.Properties.LastModified = blobTime.Format(http.TimeFormat)
		item.Properties.Etag = blobETag([]byte(name))
		item.Properties.LeaseStatus, item.Properties.LeaseState = "unlocked", "available"
		items.Items = append(items.Items, item)
	}
	writeXML(rw, http.StatusOK, enumeration{ServiceEndpoint: "https://" + t.host + "/", Prefix: prefix, Containers: &items})
}

func (a *API) listBlobs(rw http.ResponseWriter, r *http.Request, t target) {
	prefix := r.URL.Query().Get("prefix")
	blobs := t.account.Containers[t.container]
	var items blobItems
	for _, name := range slices.Sorted(maps.Keys(blobs)) {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		item := blobItem{Name: name}
		p := &item.Properties
		p.LastModified, p.Etag = blobTime.Format(http.TimeFormat), blobETag(blobs[name])
		p.ContentLength, p.ContentType, p.ContentMD5 = len(blobs[name]), "application/octet-stream", contentMD5(blobs[name])
		p.BlobType, p.LeaseStatus, p.LeaseState = "BlockBlob", "unlocked", "available"
		items.Items = append(items.Items, item)
	}
	writeXML(rw, http.StatusOK, enumeration{ServiceEndpoint: "https://" + t.host + "/", ContainerName: t.container, Prefix: prefix, Blobs: &items})
}
