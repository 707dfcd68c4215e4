package app

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/sandbox/world"
)

func TestParseFault(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Fault{
		"sts=503*2":               {API: "sts", Fault: world.Fault{Status: 503, Times: 2}},
		"vertex@us-central1=429":  {API: "vertex@us-central1", Fault: world.Fault{Status: 429}},
		"vertex=late503":          {API: "vertex", Fault: world.Fault{Late: 503}},
		"vertex=1.5s*1":           {API: "vertex", Fault: world.Fault{Delay: 1500 * time.Millisecond, Times: 1}},
		"vertex=stall":            {API: "vertex", Fault: world.Fault{Stall: true}},
		"vertex=cut":              {API: "vertex", Fault: world.Fault{Cut: true}},
		"modelarmor@europe=reset": {API: "modelarmor@europe", Fault: world.Fault{Reset: true}},
		"dlp=html":                {API: "dlp", Fault: world.Fault{HTML: true}},
		"lb4046":                  {Code: "LB4046"},
	} {
		got, err := ParseFault(text)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", text, err, diff)
		}
	}
	for _, text := range []string{"", "sts", "sts=", "sts=200", "sts=late", "sts=late200", "sts@=503", "nobody=503", "sts=503*0", "sts=-2s", "LB0000"} {
		if got, err := ParseFault(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}
