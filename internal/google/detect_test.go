package google_test

import (
	"errors"
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/google"
)

func TestDetectSource(t *testing.T) {
	t.Parallel()
	const file = "/run/token"
	for _, tc := range []struct {
		name     string
		env      map[string]string
		product  string
		settings google.SourceSettings
		want     string
	}{
		{"file", nil, "", google.SourceSettings{File: file}, "token file /run/token (file is named in the configuration)"},
		{"named file", nil, "", google.SourceSettings{Kind: google.FileSource, File: file}, "token file /run/token (named in the configuration)"},
		{"host", nil, "", google.SourceSettings{MetadataHost: "127.0.0.1:80"}, "google metadata server at 127.0.0.1:80 (metadata_host is named in the configuration)"},
		{"variable", map[string]string{"GCE_METADATA_HOST": "127.0.0.1:81"}, "", google.SourceSettings{}, "google metadata server at 127.0.0.1:81 (GCE_METADATA_HOST is set)"},
		{"cloud run", map[string]string{"K_SERVICE": "x"}, "", google.SourceSettings{}, "google metadata server at metadata.google.internal (K_SERVICE is set)"},
		{"vm", nil, "Google Compute Engine\n", google.SourceSettings{}, "google metadata server at metadata.google.internal (this machine's product name is Google Compute Engine)"},
		{"elsewhere", nil, "Virtual Machine", google.SourceSettings{Kind: google.AutoSource}, "google metadata server at metadata.google.internal (nothing else was found)"},
	} {
		c, err := google.DetectSource(deps(tc.env, tc.product), tc.settings)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if got := c.Source.(bridge.Describer).Describe(); got != tc.want {
			t.Errorf("%s: %s", tc.name, got)
		}
	}
}

func TestDetectSourceRefuses(t *testing.T) {
	t.Parallel()
	for text, s := range map[string]google.SourceSettings{
		`source kind "key" is not known`:                                          {Kind: "key"},
		"metadata_host is not used by source kind file":                           {Kind: google.FileSource, File: "/x", MetadataHost: "y"},
		"file is not used by source kind google-metadata":                         {Kind: google.MetadataSource, File: "/x"},
		"no token file is named":                                                  {Kind: google.FileSource},
		`metadata host "8.8.8.8" is neither google's nor link-local nor loopback`: {MetadataHost: "8.8.8.8"},
	} {
		_, err := google.DetectSource(deps(nil, ""), s)
		refused(t, err, text)
	}
}

func deps(env map[string]string, product string) google.SourceDeps {
	return google.SourceDeps{Wire: client(), Clock: clock, Env: func(k string) string { return env[k] }, ReadFile: func(string) ([]byte, error) {
		if product == "" {
			return nil, errors.New("no such file")
		}
		return []byte(product), nil
	}}
}
