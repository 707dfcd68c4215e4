package gateway

import "github.com/landbridge/landbridge/internal/gateway/dialect"

// shape is a form of body.
type shape struct{}

func (s *shape) errors() (dialect.Dialect, string) { return dialect.Vertex, "" }
