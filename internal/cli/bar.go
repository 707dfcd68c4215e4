package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/landbridge/landbridge/internal/app"
)

// bar shows how far a run is: a line that is written over on a terminal, and nothing elsewhere.
type bar struct {
	to    io.Writer
	act   string
	began time.Time
	drawn bool
}

// newBar is a bar on standard error, where that is a terminal and --quiet was not said.
func (d *deps) newBar(act string) *bar {
	b := &bar{act: act, began: time.Now()}
	if !d.out.quiet && !d.out.json && isTerminal(d.io.Stderr) {
		b.to = d.io.Stderr
	}
	return b
}

// show draws the bar of a run as it is.
func (b *bar) show(run app.Run) {
	if b.to == nil || run.State.Ended() {
		return
	}
	line := progressLine(b.act, run, time.Since(b.began))
	if run.State == "waiting" {
		line = b.act + " waits for another run of " + run.Dataset
	}
	fmt.Fprintf(b.to, "\r\x1b[K%s", line)
	b.drawn = true
}

// end takes the bar away.
func (b *bar) end() {
	if b.drawn {
		_, _ = io.WriteString(b.to, "\r\x1b[K")
	}
}

const barWidth = 24

// progressLine is what a bar says: how much of how much, how fast, and how long it will take still.
func progressLine(act string, run app.Run, took time.Duration) string {
	t := run.Totals
	done, all := t.Bytes, t.PlannedBytes
	if all == 0 {
		done, all = t.Objects, t.PlannedObjects
	}
	filled := 0
	if all > 0 {
		filled = int(min(done, all) * barWidth / all)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s [%s%s]", act, strings.Repeat("=", max(0, filled)), strings.Repeat(" ", barWidth-max(0, filled)))
	fmt.Fprintf(&b, " %s of %s objects, %s of %s%s", grouped(t.Objects), grouped(t.PlannedObjects), size(t.Bytes), size(t.PlannedBytes), rate(t.Bytes, took))
	if done > 0 && all > done && took > time.Second {
		left := time.Duration(float64(took) * float64(all-done) / float64(done))
		fmt.Fprintf(&b, ", %s left", left.Round(time.Second))
	}
	if t.Retries > 0 {
		fmt.Fprintf(&b, ", %s", counted(int(t.Retries), "retry"))
	}
	return b.String()
}

// rate is how many bytes a second, ", 12 MiB/s"; nothing for nothing.
func rate(bytes int64, took time.Duration) string {
	if bytes <= 0 || took <= 0 {
		return ""
	}
	return ", " + size(int64(float64(bytes)/took.Seconds())) + "/s"
}

// size is a number of bytes as people read it: 12 B, 3.4 MiB.
func size(n int64) string {
	const unit = 1024
	if n < unit && n > -unit {
		return fmt.Sprintf("%d B", n)
	}
	f := float64(n)
	for _, suffix := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		if f /= unit; f < unit && f > -unit {
			return fmt.Sprintf("%.1f %s", f, suffix)
		}
	}
	return fmt.Sprintf("%.1f EiB", f/unit)
}

// grouped is a number with its thousands apart: 12,345.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
