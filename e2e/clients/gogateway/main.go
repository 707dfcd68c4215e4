// Command gogateway calls the gateway with unmodified Go clients, as programs do that know nothing of it but its address.
//
// One JSON line per case goes to stdout: what the client made of the answer, in words that the test compares. No case knows
// what reached Vertex AI: that is the test's other half. Tokens are never printed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run makes the named calls, each of which is judged by itself.
func run(names []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	token, err := os.ReadFile(os.Getenv("LB_TOKEN_FILE"))
	if err != nil {
		return err
	}
	c, err := newCaller(ctx, string(token))
	if err != nil {
		return err
	}
	calls := c.calls()
	for _, name := range names {
		call, ok := calls[name]
		if !ok {
			return fmt.Errorf("no case %q", name)
		}
		answer, err := call(ctx)
		if err != nil {
			answer = "failed: " + err.Error()
		}
		line, err := json.Marshal(map[string]string{"case": name, "answer": answer})
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}

func (c caller) calls() map[string]func(context.Context) (string, error) {
	refused := func(model, text string) func(context.Context) (string, error) {
		return func(ctx context.Context) (string, error) { return c.refusal(ctx, model, text) }
	}
	return map[string]func(context.Context) (string, error){
		"genai whole": c.whole, "genai stream": c.stream, "genai chat": c.chat, "genai system": c.system, "genai image": c.image, "genai tool": c.tool,
		"genai schema": c.schema, "genai embed": c.embed, "genai tokens": c.tokens, "genai model": c.model,
		"genai denied": refused(unknown, repeat+echo), "genai quota": refused(once, repeat+echo), "genai blocked": c.blocked,
		"genai blocked as error": refused(strict, attack), "genai with file": withFile, "genai with nothing": withNothing,
		"auth held": held, "revoked": c.revoked,
	}
}
