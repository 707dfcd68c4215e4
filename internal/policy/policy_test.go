package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

var now = time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)

const chatName = "aks-prod/system:serviceaccount:demo:chat"

// chat is a rule as most are.
func chat() policy.Rule {
	return policy.Rule{
		Name: "chat", Workloads: []string{chatName}, Models: []string{"google/gemini-2.5-flash"}, Project: "demo-project",
		Locations: []string{"europe-west4", "europe-west1"}, Guard: "standard",
	}
}

// with is a rule like chat, changed.
func with(change func(*policy.Rule)) policy.Rule {
	r := chat()
	change(&r)
	return r
}

// ask is generateContent of gemini-2.5-flash by chat, changed.
func ask(change func(*policy.Ask)) policy.Ask {
	a := policy.Ask{
		Caller: prompt.Caller{Name: chatName, Issuer: "https://issuer.example/", Subject: "system:serviceaccount:demo:chat"},
		Target: prompt.Target{Version: "v1", Publisher: "google", Model: "gemini-2.5-flash", Method: "generateContent"},
		Now:    now,
	}
	if change != nil {
		change(&a)
	}
	return a
}

func compile(t testing.TB, rules ...policy.Rule) *policy.Policy {
	t.Helper()
	p, err := policy.Compile(policy.Options{Rules: rules})
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return p
}

// refusal is the *bridge.Error of a refused call.
func refusal(t *testing.T, err error) *bridge.Error {
	t.Helper()
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Hop != bridge.HopDoor || e.Hint == "" {
		t.Fatalf("%v is no refusal of a door with a hint", err)
	}
	return e
}
