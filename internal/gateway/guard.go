package gateway

// Guard is a profile of protections.
type Guard struct{}
