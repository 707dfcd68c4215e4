package setup_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
	"github.com/landbridge/landbridge/internal/setup"
)

type crosser map[string]struct {
	crossing setup.Crossing
	err      error
}

func (c crosser) Cross(_ context.Context, workload string) (setup.Crossing, error) {
	return c[workload].crossing, c[workload].err
}

func crossings() crosser {
	c := crosser{}
	at := c["chat"]
	at.crossing.Steps = []bridge.Step{{Hop: bridge.HopSTS, Who: "principal://…/subject/chat"}}
	c["chat"] = at
	at = c["batch-vm"]
	at.crossing.NotFromHere = "it is a virtual machine's identity"
	c["batch-vm"] = at
	return c
}

func TestVerify(t *testing.T) {
	t.Parallel()
	f := world(example())
	apply(t, plan(t, f, example()))
	in := setup.Input{Spec: example(), Keepers: f.keepers()}

	c := crossings()
	v, err := setup.Verify(t.Context(), in, c)
	if err != nil || v.Err() != nil {
		t.Fatal(err, v.Err())
	}
	want := []string{
		"nothing to do: all 27 things are as they shall be", "  chat: crosses as principal://…/subject/chat", "  reports: crosses",
		"? batch-vm: not tried: it is a virtual machine's identity", "  training: crosses",
	}
	if diff := cmp.Diff(want, v.Lines()); diff != "" {
		t.Error(diff)
	}

	at := c["reports"]
	at.crossing.Missing = []string{"aiplatform.endpoints.predict"}
	c["reports"] = at
	v, err = setup.Verify(t.Context(), in, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Err(); bridge.KindOf(err) != bridge.Denied || err.Error() != "workload reports: vertex: crosses, and may not aiplatform.endpoints.predict" {
		t.Errorf("%v", err)
	}

	// A changed condition is drift, and the refusal that it leads to is told with it.
	f.things["provider 123456789 azure aks-prod"].Spec.(*estate.Provider).Condition = "false"
	at = c["chat"]
	at.err = &bridge.Error{Kind: bridge.Denied, Hop: bridge.HopSTS, Code: "unauthorized_client", Text: "The given credential is rejected by the attribute condition."}
	c["chat"] = at
	v, err = setup.Verify(t.Context(), in, c)
	if err != nil {
		t.Fatal(err)
	}
	err = v.Err()
	if bridge.KindOf(err) != bridge.Drifted || !strings.Contains(err.Error(), "1 to change") || !strings.Contains(err.Error(), "rejected by the attribute condition") {
		t.Errorf("%v", err)
	}
	if got := v.Crossings[0]; got.OK || got.Code != "unauthorized_client" {
		t.Errorf("%+v", got)
	}
}
