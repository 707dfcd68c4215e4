package gateway

import (
	"context"
	"net/http"
)

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.limitBody(w, r)
	path := r.URL.Path
	if path == tokenPath {
		g.exchange(w, r)
		return
	}
	if name, ok := isProject(path); ok {
		g.project(w, r, name)
		return
	}
	if name, ok := secretName(path); ok {
		g.secret(w, r, name)
		return
	}
	c := newCall(g, w, r)
	ctx, watch := g.o.Observer.Start(r.Context(), r.Header)
	c.watch = watch
	finished, err := false, error(nil)
	defer func() {
		if !finished { // a panic
			err = unfinished()
		}
		c.end(ctx, err)
	}()
	err = c.flow(ctx)
	finished = true
}

// flow is a prompt's journey, step by step; call.go says what each step leaves for the next. The first error ends the
// journey, and however it ends, it is recorded before the caller has the whole of it.
func (c *call) flow(ctx context.Context) error {
	if err := c.listen(); err != nil { // what is asked, and in whose words
		return err
	}
	if err := c.authenticate(ctx); err != nil { // who asks
		return err
	}
	if c.route.models {
		return c.deliverModels(ctx)
	}
	if err := c.decide(ctx); err != nil { // whether it may, where, as whom, and under which guard
		return err
	}
	if err := c.mask(ctx); err != nil { // the request as it may leave: personal data out, limits in
		return c.unlessBlocked(ctx, err)
	}
	if err := c.inspectPrompt(ctx); err != nil { // is it an attack
		return c.unlessBlocked(ctx, err)
	}
	answer, err := c.send(ctx) // the call itself
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	c.inspectAnswer(ctx) // what an answer's texts pass: leaks, links, harm
	c.unmask()           // and last, the caller's own data comes back
	return c.deliver(ctx, answer)
}
