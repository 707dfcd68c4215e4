package gateway

import (
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/gateway/dialect"
	"github.com/landbridge/landbridge/internal/prompt"
)

// shape is a form of request and answer: where their texts stand, and how an answer of ours is written.
type shape struct {
	speaks dialect.Dialect // of errors in the middle of a native stream
	// request and answer are the fields of the bodies, made at their first use.
	request, answer func() *node
	// guess says that the shape is one of many that a free body may have: a body in which no text is found was not
	// understood.
	guess bool
	free  map[string]field // the fields of such a body
	// limit is the member that limits an answer, limitToo another name of it, limitIn the object that holds it, "" for the
	// root.
	limitIn, limit, limitToo string
	// safety leads to the safety settings; nil where requests have none.
	safety []string
	// system is how a system instruction is added; nil where that cannot be.
	system func(text string) (member string, value []byte)
	// block is a whole answer that says that the prompt was blocked.
	block func(b *blocked) []byte
	// cut is a whole answer that says that it was cut, and ending the events that end a stream so.
	cut    func(t *texts, b *blocked) []byte
	ending func(t *texts, b *blocked) []ownEvent
	// rest is an event that brings text of a flow that was held back.
	rest func(key flowKey, text string) ownEvent
}

// ownEvent is an event that the upstream has not sent.
type ownEvent struct {
	name string
	data []byte
}

// withPaths is the fields of requests, with those of a free body that the guard's profile names.
func (s *shape) withPaths(paths [][]string) *node {
	root := s.request()
	if !s.guess || len(paths) == 0 {
		return root
	}
	root = &node{}
	for path, is := range s.free {
		root.add(strings.Split(path, "."), is)
	}
	for _, path := range paths {
		root.add(path, userText)
	}
	return root
}

// errors is the dialect of an error in the middle of a native stream, and its event's name.
func (s *shape) errors() (dialect.Dialect, string) {
	switch {
	case s == nil || s.speaks == "":
		return dialect.Vertex, ""
	case s.speaks == dialect.Anthropic:
		return s.speaks, "error"
	}
	return s.speaks, ""
}

// shapeOf chooses the shape of a target's bodies.
func shapeOf(t *prompt.Target) *shape {
	switch t.Method {
	case "generateContent", "streamGenerateContent", "countTokens", "computeTokens", "embedContent", "batchEmbedContents":
		return &gemini
	case chatMethod:
		return &openai
	case "rawPredict", "streamRawPredict":
		if t.Publisher == "anthropic" {
			return &anthropic
		}
		return &rawPredict
	}
	switch {
	case t.Collection == "cachedContents" && (t.Method == "create" || t.Method == "patch"):
		return &gemini
	case t.Method == "create" && (t.Collection == "batchPredictionJobs" || t.Collection == "tuningJobs"):
		return &jobs
	case t.Collection != "":
		return &passThrough
	}
	return &predict
}

// nowhere is the fields of bodies that hold no text for a model.
func nowhere() *node { return &node{} }

// passThrough is the shape of calls that are not about a model.
var passThrough = shape{request: nowhere, answer: nowhere}

// jobs is the shape of calls that begin work of a model: what it works on lies elsewhere, unseen.
var jobs = shape{
	request: sync.OnceValue(func() *node {
		return fields(map[string]field{"model": modelName, "baseModel": modelName, "preTunedModel.tunedModelName": modelName, "labels.?": label})
	}),
	answer: nowhere,
}
