package cli

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/app"
)

// tourPrinter prints the hops as they are done, or collects them for JSON.
type tourPrinter struct {
	d    *deps
	legs []app.Leg
	at   *app.Serving
}

// Where a hop's lines begin: what was asked, in the last column, and what belongs to it below.
const (
	whatColumn = 33
	moreColumn = 17
)

func (t *tourPrinter) leg(l app.Leg) {
	t.legs = append(t.legs, l)
	p := t.d.out
	if p.json {
		return
	}
	switch {
	case len(t.legs) == 1:
		_ = p.line("%s\n\n #  HOP          LIVES  TOOK     WHAT, AND AS WHOM", colour(p.outColours, bold, "From Azure to Google Cloud"))
	case l.To != t.legs[len(t.legs)-2].To:
		_ = p.line("\n%s\n", colour(p.outColours, bold, "And back, from Google Cloud to Azure"))
	}
	if l.Error != "" {
		_ = p.line("%2d  %-12s %s", len(t.legs), l.Hop, colour(p.outColours, red, l.What))
		return
	}
	what := wrap(l.What, p.width-whatColumn)
	_ = p.line("%2d  %-12s %-6s %-8s %s", len(t.legs), l.Hop, lives(l.Lives), took(l.Took), what[0])
	for _, more := range what[1:] {
		_ = p.line("%s%s", strings.Repeat(" ", whatColumn), more)
	}
	t.below(moreColumn, "as ", wrap(l.Who, p.width-moreColumn-len("as ")))
	for line := range strings.Lines(l.Answer) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		t.below(moreColumn, "> ", wrap(line, p.width-moreColumn-len("> ")))
	}
}

// below writes lines of one text under its hop; the first begins with mark, the others under the first.
func (t *tourPrinter) below(column int, mark string, lines []string) {
	for _, line := range lines {
		if line != "" {
			_ = t.d.out.line("%s%s", strings.Repeat(" ", column), colour(t.d.out.outColours, faint, mark+line))
		}
		mark = strings.Repeat(" ", len(mark))
	}
}

// lives writes how long a token is good for, as a person says it: an hour less a second is an hour.
func lives(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d > 10*time.Minute:
		d = d.Round(time.Minute)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// took is written in milliseconds throughout, so that hops compare at a glance.
func took(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + "ms"
}

// wrap breaks a text into lines of at most width: at a blank, in a long name after a slash, a colon or an @. Where there is no
// terminal the text stays whole, for grep.
func wrap(text string, width int) []string {
	if width < 20 {
		return []string{text}
	}
	var out []string
	for utf8.RuneCountInString(text) > width {
		head := string([]rune(text)[:width+1])
		cut := strings.LastIndexByte(head, ' ') + 1
		if cut <= len(head)/2 {
			cut = strings.LastIndexAny(head[:len(string([]rune(text)[:width]))], "/:@") + 1
		}
		if cut == 0 {
			cut = len(string([]rune(text)[:width]))
		}
		out = append(out, strings.TrimRight(text[:cut], " "))
		text = text[cut:]
	}
	return append(out, text)
}

func (t *tourPrinter) encode() error {
	return t.d.out.encode(struct {
		Hops  []app.Leg    `json:"hops"`
		Doors *app.Serving `json:"doors,omitempty"`
	}{t.legs, t.at})
}

// standing tells how to play with the bridge while it is up.
func (t *tourPrinter) standing(s *app.Sandbox, at app.Serving) error {
	if t.at = &at; t.d.out.json {
		return t.encode()
	}
	g, p := s.Profile.Google, t.d.out
	text := strings.NewReplacer(
		"{gateway}", at.Gateway, "{file}", s.GatewayFile(), "{metadata}", at.Metadata, "{admin}", at.Admin, "{sandbox}", s.Profile.HTTP, "{audit}", s.AuditFile(),
		"{vertex}", g.VertexURL, "{project}", g.ProjectID, "{location}", g.Location, "{model}", g.Model, "{landbridge}", program(),
	).Replace(playText)
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != ' ' && line[0] != '#' {
			line = colour(p.outColours, bold, line)
		}
		_ = p.line("%s", strings.TrimPrefix(line, "#"))
	}
	return nil
}

// program is how another terminal calls this program.
func program() string {
	self, err := os.Executable()
	if err != nil {
		return "landbridge"
	}
	if found, err := exec.LookPath("landbridge"); err == nil && same(found, self) {
		return "landbridge"
	}
	return self
}

func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// playText is what can be copied line by line while the bridge stays up. A line at the margin is a heading, unless it
// begins with "#", which is taken off.
const playText = `
The bridge stays up; Ctrl-C ends it
  gateway          {gateway}
  metadata server  http://{metadata}
  metrics          http://{admin}/metrics
  sandbox          {sandbox}
  audit log        {audit}
  configuration    {file}

The gateway, streamed: the model never sees the address, the answer has it
  curl -sN '{gateway}/v1/publishers/google/models/{model}:streamGenerateContent?alt=sse' \
    -H 'Content-Type: application/json' \
    -d '{"contents":[{"role":"user","parts":[{"text":"Repeat after me: Maria Schneider, maria@example.com"}]}]}'
  tail -n 2 {audit}

The gateway, for OpenAI's SDK (pip install openai)
  python3 -c '
#from openai import OpenAI
#c = OpenAI(base_url="{gateway}/v1", api_key="none")
#for e in c.chat.completions.create(model="google/{model}", stream=True,
#        messages=[{"role": "user", "content": "Repeat after me: Maria Schneider, maria@example.com"}]):
#    print(e.choices[0].delta.content or "", end="", flush=True)'

curl
  TOKEN=$(curl -s -H 'Metadata-Flavor: Google' \
    http://{metadata}/computeMetadata/v1/instance/service-accounts/default/token |
    sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"contents":[{"role":"user","parts":[{"text":"Hello from Azure"}]}]}' \
    {vertex}/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:generateContent

For Python and Node, in the terminal that they run in
  export GCE_METADATA_HOST={metadata} GCE_METADATA_IP={metadata} GCE_METADATA_ROOT={metadata}
  export METADATA_SERVER_DETECTION=assume-present GOOGLE_CLOUD_PROJECT={project}
  export GOOGLE_VERTEX_BASE_URL={vertex}

Python (pip install google-genai)
  python3 -c '
#from google import genai
#c = genai.Client(vertexai=True, project="{project}", location="{location}")
#print(c.models.generate_content(model="{model}", contents="Hello from Azure").text)'

Node (npm install @google/genai)
  node -e '
  const { GoogleGenAI } = require("@google/genai");
  new GoogleGenAI({ vertexai: true, project: "{project}", location: "{location}" }).models
    .generateContent({ model: "{model}", contents: "Hello from Azure" }).then(r => console.log(r.text));'

Any program, without the exports
  {landbridge} exec --sandbox -- python3 your_program.py
`
