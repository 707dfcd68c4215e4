package gateway

import (
	"context"
	"net/http"
	"strings"

	"github.com/landbridge/landbridge/internal/policy"
	"github.com/landbridge/landbridge/internal/prompt"
)

// deliverModels answers which models the caller may use: of those that the gateway knows by name, the ones that policy
// lets it ask, without any tool or file, in one of the ways in which models are asked.
func (c *call) deliverModels(ctx context.Context) error {
	c.log.Method = "models"
	var names []string
	p := c.g.o.Policy()
	for _, name := range c.g.o.Models() {
		if c.mayAsk(ctx, p, name) {
			names = append(names, name)
		}
	}
	body := c.route.dialect.Models(names)
	if c.route.model != "" {
		var err error
		if body, err = c.route.dialect.Model(names, c.route.model); err != nil {
			return err
		}
	}
	c.log.Status = http.StatusOK
	if err := c.record(ctx, nil); err != nil {
		return err
	}
	c.w.Header()["Content-Type"] = jsonType
	return c.reply(http.StatusOK, body)
}

func (c *call) mayAsk(ctx context.Context, p *policy.Policy, name string) bool {
	publisher, model, _ := strings.Cut(name, "/")
	t := prompt.Target{Version: "v1", Publisher: publisher, Model: model}
	if publisher == "endpoints" {
		t = prompt.Target{Version: "v1", Endpoint: model}
	}
	for _, method := range []string{"generateContent", "rawPredict", "chat/completions", "predict", "embedContent"} {
		t.Method = method
		if _, err := p.Decide(ctx, policy.Ask{Caller: c.caller, Target: t, Now: c.began}); err == nil {
			return true
		}
	}
	return false
}
