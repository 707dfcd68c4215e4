package plain

// glanced is what one pass over a text tells of what it may hide.
type glanced struct {
	has     class // of any of its bytes
	singles int   // letters and digits that stand alone: the most of them with no longer word between
	between int   // digits and signs with a letter on both sides that stand for one
}

func glance(text string) (g glanced) {
	alone := 0
	var before, last class // of the two bytes before
	for i := range len(text) {
		is := classes[text[i]]
		g.has |= is
		if before&last&is&isLetter != 0 { // within a word, as most are
			alone = 0
			before, last = last, is
			continue
		}
		switch {
		case last&inWord == 0:
		case before&inWord != 0:
			alone = 0
		case is&inWord == 0:
			alone++
			g.singles = max(g.singles, alone)
		}
		if last&isLeet != 0 && before&is&isLetter != 0 {
			g.between++
		}
		before, last = last, is
	}
	if last&inWord != 0 && before&inWord == 0 {
		g.singles = max(g.singles, alone+1)
	}
	return g
}
