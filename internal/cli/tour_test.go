package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/bridge"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text  string
		width int
		want  []string
	}{
		{"no terminal, no limit: a text stays whole", -33, []string{"no terminal, no limit: a text stays whole"}},
		{"twenty letters fit.", 20, []string{"twenty letters fit."}},
		{"one two three four five six", 20, []string{"one two three four", "five six"}},
		{"a principal://iam/projects/1/locations", 20, []string{"a principal://iam/", "projects/1/locations"}},
		{"of caller@my-project.iam.gserviceaccount.com", 40, []string{"of caller@", "my-project.iam.gserviceaccount.com"}},
		{"äääääääääääääääääääääää", 20, []string{"ääääääääääääääääääää", "äää"}},
		{"", 20, []string{""}},
	} {
		if diff := cmp.Diff(tc.want, wrap(tc.text, tc.width)); diff != "" {
			t.Errorf("%q at %d (-want +got)\n%s", tc.text, tc.width, diff)
		}
	}
}

func TestLives(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "-", time.Hour: "1h", 59*time.Minute + 59*time.Second: "1h", 23*time.Hour + 59*time.Minute + 59*time.Second: "24h",
		90 * time.Minute: "1h30m", 5 * time.Minute: "5m", 299 * time.Second: "4m59s", 20 * time.Minute: "20m",
	} {
		if got := lives(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

// TestTourOnATerminal: no line is longer than the terminal is wide, and both ways have a heading.
func TestTourOnATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := tourPrinter{d: &deps{out: &printer{out: &out, width: 70}}}
	p.leg(app.Leg{To: bridge.Google, Lives: time.Hour, Answer: "* one\n\n* two and more words than fit into what is left of a line", Step: bridge.Step{
		Hop: bridge.HopSTS, Took: 2300 * time.Microsecond, What: "exchange at sts.googleapis.com through provider azure/aks-prod",
		Who: "principal://iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/azure/subject/system:serviceaccount:demo:app",
	}})
	p.leg(app.Leg{To: bridge.Azure, Step: bridge.Step{Hop: bridge.HopEntra, What: "refused"}, Error: "entra: no"})
	want := `From Azure to Google Cloud

 #  HOP          LIVES  TOOK     WHAT, AND AS WHOM
 1  sts          1h     2.3ms    exchange at sts.googleapis.com
                                 through provider azure/aks-prod
                 as principal://iam.googleapis.com/projects/123456789/
                    locations/global/workloadIdentityPools/azure/
                    subject/system:serviceaccount:demo:app
                 > * one
                 > * two and more words than fit into what is left of
                   a line

And back, from Google Cloud to Azure

 2  entra        refused
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
