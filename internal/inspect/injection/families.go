package injection

import (
	"sync"

	"github.com/landbridge/landbridge/internal/inspect/phrase"
)

// families are the rules, by what the attacker wants. Names are part of the product: logs and dashboards show them.
var families = sync.OnceValue(func() *phrase.Set {
	return phrase.Compile([]phrase.Family{
		{Name: "override", Phrases: overrides},
	})
})

const overrides = `
ignore|disregard|forget|overlook|bypass|override|neglect ..3 previous|prior|above|earlier|preceding|former|foregoing|existing ..2 instruct*|rule*|direct*|guideline*|prompt*|command*|order*|task*|training|programming
`
