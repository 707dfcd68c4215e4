package policy

import "context"

// Want is how much a call wants of a window.
type Want struct {
	Window Window
	N      int64 // more than 0; in Add also less
}

// Bank holds what is left of quotas. Keys are those of Quotas.Reserve.
//
// It is exact: of a window, never more than its Size is taken by Take, however many ask at the same time, over all
// processes that share it. It may be called from many goroutines and must not keep the slice.
type Bank interface {
	// Take takes all wants or none; none when one does not find room in its window, whose index it returns then, else -1.
	// An error is a *bridge.Error and says that the bank cannot tell.
	Take(ctx context.Context, key string, wants []Want) (short int, err error)
	// Add counts what was used beyond what was taken, whether there is room or not, or gives back what was not used. It
	// never waits. What is given back to a window that has ended is lost.
	Add(key string, want Want)
}
