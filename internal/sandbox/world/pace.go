package world

import "time"

// Pace is how slow the pretended clouds are. The zero Pace is at once.
type Pace struct {
	// Latency of each call.
	Latency time.Duration
	// IAM is how long a change of an allow policy, or of a custom role, takes to be effective; minutes on Google.
	IAM time.Duration
	// Federation is how long a federated credential takes to be effective; minutes on Entra.
	Federation time.Duration
	// Operation is how long a long-running operation stays undone.
	Operation time.Duration
	// Piece is how many characters of a text one event of a stream has; some words when 0.
	Piece int
	// Cut is after how many bytes a stream is cut on the wire, wherever that is; whole events when 0.
	Cut int
	// Event is the time between two writes of a stream.
	Event time.Duration
}

// SetPace says how slow the clouds are from now on.
func (w *World) SetPace(p Pace) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pace = p
}

// Pace is how slow the clouds are.
func (w *World) Pace() Pace {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pace
}
