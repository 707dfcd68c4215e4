package cli_test

import (
	"strings"
	"testing"
)

// TestSyncTwice asks for a sync while another of the same dataset has not ended: it is refused, by the name of the run that has to end first.
func TestSyncTwice(t *testing.T) {
	t.Parallel()
	c := startClouds(t)
	id := strings.TrimSpace(c.say(0, "dataset", "sync", "fraud", "--detach").stdout)
	c.say(2, "dataset", "sync", "fraud").has(t, `sync of dataset "fraud" has not ended: run `+id, "landbridge jobs show "+id+", or cancel it")
	c.say(0, "jobs", "cancel", id).has(t, "run "+id+" is cancelled")
	c.say(0, "dataset", "sync", "fraud").has(t, "copied 9,")
}
