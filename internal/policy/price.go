package policy

import (
	"fmt"
	"math/big"

	"github.com/landbridge/landbridge/internal/prompt"
)

// Price is what a million tokens of a model cost, as decimal numbers ("0.30"); * in Model stands for any characters. No
// price of cached input is that of input.
type Price struct {
	Model                 string
	Input, Output, Cached string
}

// price is a Price in 1e-9 of the currency.
type price struct {
	model                 glob
	input, output, cached int64 // for a million tokens
}

const million = 1_000_000

// Cost is what a call has cost in 1e-9 of the price list's currency, rounded to the nearest; 0 for a model without a price.
// The model is a ModelName. Cached tokens are a part of the input.
func (p *Policy) Cost(model string, u prompt.Usage) int64 {
	for i := range p.prices {
		if one := &p.prices[i]; one.model.match(model) {
			return one.cost(u)
		}
	}
	return 0
}

func (p *price) cost(u prompt.Usage) int64 {
	var whole, rest int64 // each product is taken apart, so that none overflows
	for _, part := range []struct {
		tokens int
		rate   int64
	}{{max(u.Input-u.Cached, 0), p.input}, {u.Cached, p.cached}, {u.Output + u.Thoughts, p.output}} {
		whole += int64(part.tokens) * (part.rate / million)
		rest += int64(part.tokens) * (part.rate % million)
	}
	return whole + (rest+million/2)/million
}

func compilePrices(list []Price) ([]price, []Problem) {
	out := make([]price, len(list))
	var found []Problem
	for i, p := range list {
		at := fmt.Sprintf("policy.prices[%d].", i)
		if p.Model == "" {
			found = append(found, Problem{Path: at + "model", Text: "is missing", Fix: "write PUBLISHER/MODEL"})
		}
		if p.Cached == "" {
			p.Cached = p.Input
		}
		out[i].model = newGlob(p.Model)
		for _, one := range []struct {
			key, text string
			to        *int64
		}{{"input_per_million", p.Input, &out[i].input}, {"output_per_million", p.Output, &out[i].output}, {"cached_per_million", p.Cached, &out[i].cached}} {
			n, ok := nanos(one.text)
			if !ok {
				found = append(found, Problem{Path: at + one.key, Text: fmt.Sprintf("%q is no price", one.text), Fix: "write a decimal number such as 0.30"})
			}
			*one.to = n
		}
	}
	return out, found
}

// nanos reads a decimal number as 1e-9 of it. At most a million, so that products stay small.
func nanos(text string) (int64, bool) {
	if text == "" || len(text) > 32 {
		return 0, false
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != '.' {
			return 0, false
		}
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok || n.Cmp(big.NewRat(million, 1)) > 0 {
		return 0, false
	}
	n.Mul(n, big.NewRat(1_000_000_000, 1))
	return new(big.Int).Div(n.Num(), n.Denom()).Int64(), true
}
