package googleapi

import (
	"reflect"
	"sync"

	"github.com/landbridge/landbridge/internal/trust"
)

// providers keeps compiled providers, since compiling CEL takes longer than everything else in an exchange.
type providers struct {
	mu       sync.Mutex
	compiled map[string]compiled
}

type compiled struct {
	from     trust.Provider
	verifier *trust.Verifier
}

func newProviders() *providers { return &providers{compiled: map[string]compiled{}} }

func (p *providers) compile(from trust.Provider) (*trust.Verifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if have, ok := p.compiled[from.Name]; ok && reflect.DeepEqual(have.from, from) {
		return have.verifier, nil
	}
	verifier, err := trust.Compile(from)
	if err != nil {
		return nil, err
	}
	p.compiled[from.Name] = compiled{from, verifier}
	return verifier, nil
}
