package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

const events = `{"Action":"run","Package":"x/room","Test":"TestGood"}
{"Action":"output","Package":"x/room","Test":"TestGood","Output":"    a_test.go:1: said in passing\n"}
{"Action":"pass","Package":"x/room","Test":"TestGood"}
{"Action":"output","Package":"x/room","Test":"TestBad","Output":"    a_test.go:2: it broke\n"}
{"Action":"fail","Package":"x/room","Test":"TestBad"}
{"Action":"output","Package":"x/room","Test":"TestAbsent","Output":"    a_test.go:3: gcloud is not on PATH\n"}
{"Action":"skip","Package":"x/room","Test":"TestAbsent"}
{"Action":"skip","Package":"x/room","Test":"TestGcloud"}
{"Action":"fail","Package":"x/room"}
no event at all
`

func TestRead(t *testing.T) {
	t.Parallel()
	for _, quiet := range []bool{false, true} {
		var log bytes.Buffer
		j := &job{log: &log, quiet: quiet}
		failed, passed := j.read(strings.NewReader(events))
		if len(failed) != 1 || failed[0] != "room.TestBad" || passed != 1 || j.counts != (counts{passed: 1, failed: 1, skipped: 2}) || j.excused != 1 {
			t.Errorf("quiet %v: failed %v, passed %d, counts %+v", quiet, failed, passed, j.counts)
		}
		if len(j.notes) != 2 || j.notes[0] != "TestAbsent skipped: gcloud is not on PATH" {
			t.Errorf("notes = %q", j.notes)
		}
		if strings.Contains(log.String(), "said in passing") == quiet {
			t.Errorf("quiet %v, yet the log is %q", quiet, log.String())
		}
		for _, want := range []string{"it broke", "no event at all"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("quiet %v: the log lacks %q", quiet, want)
			}
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		outcome outcome
		want    string
	}{
		"good":    {outcome{counts: counts{passed: 3}, took: 1200 * time.Millisecond}, "ok    unit            (3 checks) 1.2 s"},
		"failed":  {outcome{counts: counts{passed: 3, failed: 1}, failed: true, reason: "it broke"}, "FAIL  unit            (3 checks; it broke) 0.0 s"},
		"skipped": {outcome{counts: counts{skipped: 1}, reason: "mvn is not on PATH"}, "SKIP  unit            (0 checks; mvn is not on PATH) 0.0 s"},
		"partly":  {outcome{counts: counts{passed: 1, skipped: 1}, reason: "TestX skipped: no"}, "ok    unit            (1 checks; TestX skipped: no) 0.0 s"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tt.outcome.line("unit"); got != tt.want {
				t.Errorf("line = %q\nwant   %q", got, tt.want)
			}
		})
	}
}

func TestTimeWasUp(t *testing.T) {
	for out, want := range map[string]bool{
		"--- FAIL: FuzzX (3.10s)\n    context deadline exceeded\nFAIL\n":                                                                       true,
		"--- FAIL: FuzzX (3.10s)\n    --- FAIL: FuzzX (0.00s)\n    x_test.go:9: wrong\n\n    Failing input written to testdata/fuzz/FuzzX/1\n": false,
		"    context deadline exceeded\n    Failing input written to testdata/fuzz/FuzzX/1\n":                                                  false,
	} {
		if timeWasUp(out) != want {
			t.Errorf("%q: %t", out, !want)
		}
	}
}
