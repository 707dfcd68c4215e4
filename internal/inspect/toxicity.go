package inspect

import (
	"github.com/landbridge/landbridge/internal/inspect/harm"
	"github.com/landbridge/landbridge/internal/prompt"
)

// Harm scores how toxic a text is, for models that rate nothing themselves; from threshold on, 0 to 1, it is blocked.
func Harm(text string, threshold float32) prompt.Verdict {
	v := prompt.Verdict{Score: harm.Score(text)}
	if v.Blocked = v.Score >= threshold; v.Blocked {
		v.Reasons = []string{"toxicity"}
	}
	return v
}
