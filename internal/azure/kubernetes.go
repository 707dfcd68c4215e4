package azure

import (
	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
)

// Where a projected service-account token for Google is looked for when no file is named: our own place, then the one in
// Google's guide.
const (
	DefaultTokenFile = "/var/run/secrets/landbridge/token"
	GoogleTokenFile  = "/var/run/service-account/token"
)

// apiServerTokenFile is in nearly every pod and never used: its audience is the cluster's API server, and whoever got
// hold of it there could act in the cluster.
const apiServerTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// NewKubernetes returns a source over a projected service-account token whose audience is for Google.
func NewKubernetes(d Deps, s Settings) (*tokenfile.Source, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(Kubernetes)
	}
	if err != nil {
		return nil, err
	}
	path := s.File
	if path == "" {
		path = DefaultTokenFile
		if !d.exists(path) && d.exists(GoogleTokenFile) {
			path = GoogleTokenFile
		}
	}
	return tokenfile.New(tokenfile.Options{Path: path, Clock: d.Clock})
}

// NewFile returns a source over any file that somebody keeps a token fresh in.
func NewFile(d Deps, s Settings) (*tokenfile.Source, error) {
	d, err := d.whole()
	if err == nil {
		err = s.check(File)
	}
	if err != nil {
		return nil, err
	}
	field := s.Field
	if s.Format != tokenfile.JSON {
		field = ""
	}
	return tokenfile.New(tokenfile.Options{Path: s.File, Format: s.Format, Field: field, Clock: d.Clock})
}

var _ bridge.Source = (*tokenfile.Source)(nil)
