package google

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/tokenfile"
	"github.com/landbridge/landbridge/internal/wire"
)

// SourceKind names a source of assertions on Google.
type SourceKind string

// The kinds. AutoSource stands for whichever DetectSource finds.
const (
	AutoSource     SourceKind = "auto"
	MetadataSource SourceKind = "google-metadata"
	FileSource     SourceKind = "file"
)

// SourceSettings are what the configuration says of a source. The zero value is AutoSource with every default.
type SourceSettings struct {
	Kind SourceKind
	// File that holds the token; required by FileSource.
	File string
	// MetadataHost is HOST or HOST:PORT; GCE_METADATA_HOST when empty, then metadata.google.internal.
	MetadataHost string
}

// SourceDeps is what the sources need of the world. Wire, Clock and Env are needed.
type SourceDeps struct {
	Wire  *wire.Client
	Clock bridge.Clock
	Env   bridge.Env
	// ReadFile looks for marks of where we run; os.ReadFile when nil.
	ReadFile func(path string) ([]byte, error)
}

// SourceChoice is the source that proves who the workload is, and why.
type SourceChoice struct {
	Kind   SourceKind
	Reason string
	Source bridge.Source // also a bridge.Describer
}

// DetectSource finds the source, or makes the one that the settings name. It makes no call on any network.
func DetectSource(d SourceDeps, s SourceSettings) (SourceChoice, error) {
	if d.Wire == nil || d.Clock == nil || d.Env == nil {
		return SourceChoice{}, &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopHome, Code: "source_incomplete", Text: "a google source needs a wire client, a clock and an environment"}
	}
	if d.ReadFile == nil {
		d.ReadFile = os.ReadFile
	}
	kind, reason := s.Kind, "named in the configuration"
	if kind == "" || kind == AutoSource {
		kind, reason = d.mark(s)
	}
	switch kind {
	case FileSource:
		return d.file(s, reason)
	case MetadataSource:
		return d.metadata(s, reason)
	}
	return SourceChoice{}, usage("source_kind_unknown", fmt.Sprintf("source kind %q is not known", s.Kind), "use auto, google-metadata or file")
}

// mark finds what the settings or the machine show. Where nothing shows, the metadata server's own answer decides.
func (d SourceDeps) mark(s SourceSettings) (SourceKind, string) {
	switch {
	case s.File != "":
		return FileSource, "file is named in the configuration"
	case s.MetadataHost != "":
		return MetadataSource, "metadata_host is named in the configuration"
	case d.Env("GCE_METADATA_HOST") != "":
		return MetadataSource, "GCE_METADATA_HOST is set"
	}
	for _, name := range []string{"K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_ML_PROJECT_ID"} {
		if d.Env(name) != "" {
			return MetadataSource, name + " is set"
		}
	}
	product, err := d.ReadFile("/sys/class/dmi/id/product_name")
	if name := strings.TrimSpace(string(product)); err == nil && slices.Contains([]string{"Google", "Google Compute Engine"}, name) {
		return MetadataSource, "this machine's product name is " + name
	}
	return MetadataSource, "nothing else was found"
}

func (d SourceDeps) file(s SourceSettings, reason string) (SourceChoice, error) {
	if s.MetadataHost != "" {
		return SourceChoice{}, usage("setting_unused", "metadata_host is not used by source kind file", "remove it, or name kind google-metadata")
	}
	src, err := tokenfile.New(tokenfile.Options{Path: s.File, Clock: d.Clock})
	if err != nil {
		return SourceChoice{}, err
	}
	return SourceChoice{FileSource, reason, reasoned{src, reason}}, nil
}

func (d SourceDeps) metadata(s SourceSettings, reason string) (SourceChoice, error) {
	if s.File != "" {
		return SourceChoice{}, usage("setting_unused", "file is not used by source kind google-metadata", "remove it, or name kind file")
	}
	host := s.MetadataHost
	if host == "" {
		host = d.Env("GCE_METADATA_HOST")
	}
	src, err := NewMetadataIdentity(MetadataOptions{Wire: d.Wire.Direct(), Clock: d.Clock, Host: host, Reason: reason})
	if err != nil {
		return SourceChoice{}, err
	}
	return SourceChoice{MetadataSource, reason, src}, nil
}

// reasoned is a file that also says why it was chosen.
type reasoned struct {
	*tokenfile.Source
	reason string
}

func (r reasoned) Describe() string { return r.Source.Describe() + " (" + r.reason + ")" }
