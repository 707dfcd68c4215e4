package lineage

import (
	"strings"

	"github.com/landbridge/landbridge/internal/dataset"
)

// Name is what OpenLineage calls a dataset (https://openlineage.io/docs/spec/naming).
type Name struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Azure's public cloud.
const (
	blobHost  = ".blob.core.windows.net"
	filesHost = ".file.core.windows.net"
)

// Name is the dataset's name by OpenLineage's rules. They put a blob container under the dfs host, though its bytes are had from the
// blob host, which URL has. A share is a remote file system, since there is no rule for it.
func (d Data) Name() Name {
	key := strings.Trim(d.Place.Prefix, "/")
	if key == "" {
		key = "/"
	}
	switch d.Place.Store {
	case dataset.Bucket:
		return Name{"gs://" + d.Place.Name, key}
	case dataset.Blob:
		scheme := "wasbs://"
		if d.Lake {
			scheme = "abfss://"
		}
		return Name{scheme + d.Place.Name + "@" + strings.Replace(d.host(), ".blob.", ".dfs.", 1), key}
	case dataset.Files:
		return Name{"file://" + d.host(), strings.TrimSuffix("/"+d.Place.Name+"/"+d.Place.Prefix, "/")}
	}
	path := strings.TrimRight(d.Place.Name+"/"+d.Place.Prefix, "/")
	if path == "" {
		path = "/"
	}
	return Name{"file", path}
}

// host is the service that holds the bytes; "" for a bucket and a directory.
func (d Data) host() string {
	switch {
	case d.Host != "":
		return d.Host
	case d.Place.Store == dataset.Blob:
		return d.Place.Account + blobHost
	case d.Place.Store == dataset.Files:
		return d.Place.Account + filesHost
	}
	return ""
}

// URL is where the bytes truly are, names escaped.
func (d Data) URL() string {
	switch d.Place.Store {
	case dataset.Bucket:
		return "gs://" + d.Place.Name + "/" + dataset.Escape(d.Place.Prefix)
	case dataset.Folder:
		return "file://" + dataset.Escape(strings.TrimSuffix(d.Place.Name, "/")+"/"+d.Place.Prefix)
	}
	return "https://" + d.host() + "/" + dataset.Escape(d.Place.Name+"/"+d.Place.Prefix)
}

// layer is what the storage facet calls the store.
func (d Data) layer() string {
	switch {
	case d.Place.Store == dataset.Bucket:
		return "gcs"
	case d.Place.Store == dataset.Files:
		return "azure-files"
	case d.Place.Store == dataset.Folder:
		return "file"
	case d.Lake:
		return "adls-gen2"
	}
	return "azure-blob"
}

// Under says whether a gs:// URI names the place, something in it, or something that holds it.
func (d Data) Under(uri string) bool {
	rest, ok := strings.CutPrefix(uri, "gs://")
	if !ok || d.Place.Store != dataset.Bucket {
		return false
	}
	bucket, key, _ := strings.Cut(strings.TrimSuffix(rest, "*"), "/")
	if bucket != d.Place.Name {
		return false
	}
	folder := strings.TrimSuffix(key, "/") + "/"
	return folder == "/" || strings.HasPrefix(folder, d.Place.Prefix) || strings.HasPrefix(d.Place.Prefix, folder)
}
