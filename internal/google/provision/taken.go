package provision

import (
	"fmt"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/estate"
)

// taken refuses to change a thing that another set-up made between the plan and the write: the plan could not block it.
func taken(address, description, setup string) error {
	by := estate.MarkedBy(description)
	if by == "" || by == setup {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Refused, Hop: hopIAM, Code: "owned_by_another_setup",
		Text: fmt.Sprintf("%s belongs to the set-up %q, not to %q", address, by, setup),
		Hint: "choose another id, or let that set-up's `landbridge setup destroy` release it",
	}
}
