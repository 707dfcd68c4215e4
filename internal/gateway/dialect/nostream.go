package dialect

// noAnswerStream is for answers that never come as a stream: events are none of Vertex AI's.
type noAnswerStream struct{ dialect Dialect }

// Stream implements Answerer.
func (n noAnswerStream) Stream() Translator { return n }

// Event implements Translator.
func (noAnswerStream) Event(dst []byte, _ string, _ []byte) ([]byte, error) { return dst, foreign() }

// End implements Translator.
func (n noAnswerStream) End(dst []byte) []byte { return n.Fail(dst, truncated(), "") }

// Fail implements Translator.
func (n noAnswerStream) Fail(dst []byte, err error, callID string) []byte {
	return n.dialect.fail(dst, refusal(err, callID))
}
