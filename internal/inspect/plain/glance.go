package plain

// glanced is what one pass over a text tells of what it may hide.
type glanced struct {
	has     class // of any of its bytes
	singles int   // letters and digits that stand alone: the most of them with no longer word between
	between int   // digits and signs with a letter on both sides that stand for one
}

// glance decides nothing on its way but counts by bits: where words end, no processor can foresee.
func glance(text string) (g glanced) {
	alone := 0
	var before, last class // of the two bytes before
	for i := range len(text) + 1 {
		is := class(0)
		if i < len(text) {
			is = classes[text[i]]
		}
		g.has |= is
		single, longer := last&^before&^is&inWord, last&before&inWord // 0 or 1
		alone = (alone + int(single)) & (int(longer) - 1)
		g.singles = max(g.singles, alone)
		g.between += int(last / isLeet & (before & is / isLetter) & 1)
		before, last = last, is
	}
	return g
}
