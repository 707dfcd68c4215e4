package bridge_test

import (
	"testing"

	"github.com/landbridge/landbridge/internal/bridge"
)

func TestFormIsCompiledOnce(t *testing.T) {
	t.Parallel()
	digits := bridge.FormOf(`^[0-9]+$`)
	if !digits().MatchString("42") || digits().MatchString("4b") {
		t.Error("^[0-9]+$ does not tell 42 from 4b")
	}
	if first := digits(); first != digits() {
		t.Error("the expression is compiled at each use")
	}
}

func TestFormThatCannotBeCompiled(t *testing.T) {
	t.Parallel()
	broken := bridge.FormOf(`(`)
	defer func() {
		if recover() == nil {
			t.Error("( is taken for an expression")
		}
	}()
	broken()
}
