package cli

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/landbridge/landbridge/internal/app"
	"github.com/landbridge/landbridge/internal/config"
)

func newUpCommand(d *deps) *cobra.Command {
	var once bool
	var faults []string
	cmd := &cobra.Command{
		Use:     "up",
		Short:   "Show it all: the sandbox, the bridge, its doors, and a tour",
		GroupID: groupRun,
		Long: "Up starts both clouds, pretended, and the bridge with its doors on loopback. It crosses to Vertex AI and back to\n" +
			"Azure on the real wire protocols, prints each hop, and stays up to play with. No cloud account is needed.\n" +
			"With --once it ends after the tour, with the exit code of the hop that failed.",
		Example: "  landbridge up\n  landbridge up --once --output json\n  landbridge up --once --fault sts=503",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			parsed, err := parseFaults(faults)
			if err != nil {
				return err
			}
			t := &tourPrinter{d: d}
			err = d.app().Up(cmd.Context(), app.UpOptions{
				Once: once, Faults: parsed, Load: d.upConfig, Leg: t.leg,
				Standing: func(s *app.Sandbox, at app.Serving) { t.standing(s, at) },
			})
			if d.out.json && (once || err != nil) {
				if encodeErr := t.encode(); err == nil {
					err = encodeErr
				}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "end after the tour")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "make an API misbehave, as `API=WHAT`: a status, html, hang or no-expiry, with *N for N calls")
	return cmd
}

// upConfig is the sandbox's configuration with every door open.
func (d *deps) upConfig(s *app.Sandbox) (*config.Config, error) {
	return d.configOf(append(s.Flags(),
		config.Flag{Name: "sandbox", Path: "doors.metadata.listen", Value: freeAddr("127.0.0.1:8980")},
		config.Flag{Name: "sandbox", Path: "doors.admin.listen", Value: freeAddr("127.0.0.1:8981")},
		config.Flag{Name: "sandbox", Path: "audit.file", Value: s.AuditFile()},
	))
}

// freeAddr is the address if nobody listens there, else any free port: a tour must not fail for a port.
func freeAddr(addr string) string {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = l.Close()
	return addr
}

// tourPrinter prints the hops as they are done, or collects them for JSON.
type tourPrinter struct {
	d    *deps
	legs []app.Leg
	at   *app.Serving
}

func (t *tourPrinter) leg(l app.Leg) {
	t.legs = append(t.legs, l)
	if t.d.out.json {
		return
	}
	if len(t.legs) == 1 {
		_ = t.d.out.line("%s", colour(t.d.out.outColours, bold, " #  HOP          LIVES     TOOK      WHO, AND WHAT"))
	}
	lives := "-"
	if l.Lives > 0 {
		lives = l.Lives.String()
	}
	if l.Error != "" {
		_ = t.d.out.line("%2d  %-12s %s", len(t.legs), l.Hop, colour(t.d.out.outColours, red, l.What))
		return
	}
	_ = t.d.out.line("%2d  %-12s %-9s %-9s %s", len(t.legs), l.Hop, lives, l.Took.Round(10*time.Microsecond), l.Who)
	const indent = "                                     "
	_ = t.d.out.line("%s%s", indent, l.What)
	for line := range strings.Lines(l.Answer) {
		_ = t.d.out.line("%s%s", indent, colour(t.d.out.outColours, faint, "> "+strings.TrimRight(line, "\n")))
	}
}

func (t *tourPrinter) encode() error {
	return t.d.out.encode(struct {
		Hops  []app.Leg    `json:"hops"`
		Doors *app.Serving `json:"doors,omitempty"`
	}{t.legs, t.at})
}

// standing tells how to play with the bridge while it is up.
func (t *tourPrinter) standing(s *app.Sandbox, at app.Serving) {
	if t.at = &at; t.d.out.json {
		_ = t.encode()
		return
	}
	g := s.Profile.Google
	env := fmt.Sprintf("GCE_METADATA_HOST=%[1]s GCE_METADATA_IP=%[1]s GCE_METADATA_ROOT=%[1]s METADATA_SERVER_DETECTION=assume-present GOOGLE_CLOUD_PROJECT=%[2]s", at.Metadata, g.ProjectID)
	model := fmt.Sprintf("%s/v1/projects/%s/locations/%s/publishers/google/models/%s:generateContent", g.VertexURL, g.ProjectID, g.Location, g.Model)
	_ = t.d.out.line(`
The bridge stays up: metadata server http://%[1]s, metrics http://%[2]s/metrics, sandbox %[3]s, audit log %[4]s

curl
  TOKEN=$(curl -s -H 'Metadata-Flavor: Google' http://%[1]s/computeMetadata/v1/instance/service-accounts/default/token | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' %[5]s \
    -d '{"contents":[{"role":"user","parts":[{"text":"Hello from Azure"}]}]}'
Python (pip install google-genai)
  %[6]s GOOGLE_VERTEX_BASE_URL=%[7]s python3 -c '
from google import genai
c = genai.Client(vertexai=True, project="%[8]s", location="%[9]s")
print(c.models.generate_content(model="%[10]s", contents="Hello from Azure").text)'
Node (npm install @google/genai)
  %[6]s GOOGLE_VERTEX_BASE_URL=%[7]s node -e '
const { GoogleGenAI } = require("@google/genai");
new GoogleGenAI({ vertexai: true, project: "%[8]s", location: "%[9]s" }).models
  .generateContent({ model: "%[10]s", contents: "Hello from Azure" }).then(r => console.log(r.text));'
Any program, in another terminal
  landbridge exec --sandbox -- python3 your_program.py

Press Ctrl-C to end.`, at.Metadata, at.Admin, s.Profile.HTTP, s.AuditFile(), model, env, g.VertexURL, g.ProjectID, g.Location, g.Model)
}
