package blob

import (
	"container/heap"
	"strings"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/dataset"
)

// mostHeld bounds what waits for its place.
const mostHeld = 100_000

// sorter puts a listing by UTF-16 code units into byte order. The two differ only where one name has a character beyond U+FFFF, which
// is two units of U+D800 to U+DFFF there, and the other has one of U+E000 to U+FFFF: a name with such a character waits until nothing
// more can begin as it does before that character. A directory waits in the same way, until no name begins with its name.
type sorter struct {
	waiting waiting
	limit   int
}

// held is an object that waits while what comes begins with while. A listing's own objects wait for nothing.
type held struct {
	object dataset.Object
	while  string
	waits  bool
}

// add takes the next object of a listing and emits what has its place. A directory is an object with a name to wait for.
func (s *sorter) add(o dataset.Object, directory string, emit func(dataset.Object) error) error {
	h := held{object: o, while: directory, waits: directory != ""}
	if at := beyond(o.Name); at >= 0 { // not behind the end of a directory's name
		h.while, h.waits = o.Name[:at], true
	}
	if !h.waits && len(s.waiting) == 0 {
		return emit(o)
	}
	heap.Push(&s.waiting, h)
	if len(s.waiting) > s.limit {
		return &bridge.Error{
			Kind: bridge.Refused, Hop: bridge.HopStorage, Code: "listing_disordered",
			Text: "more than 100000 names with characters beyond U+FFFF in one place cannot be put in order",
			Hint: "list by a narrower prefix",
		}
	}
	for len(s.waiting) > 0 && !(s.waiting[0].waits && strings.HasPrefix(o.Name, s.waiting[0].while)) {
		if err := emit(heap.Pop(&s.waiting).(held).object); err != nil {
			return err
		}
	}
	return nil
}

// flush emits what waits, at the end.
func (s *sorter) flush(emit func(dataset.Object) error) error {
	for len(s.waiting) > 0 {
		if err := emit(heap.Pop(&s.waiting).(held).object); err != nil {
			return err
		}
	}
	return nil
}

// beyond is where the first character beyond U+FFFF begins; -1 when there is none.
func beyond(name string) int {
	for i := range len(name) {
		if name[i] >= 0xF0 {
			return i
		}
	}
	return -1
}

// waiting is a heap by name.
type waiting []held

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].object.Name < w[j].object.Name }
func (w waiting) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waiting) Push(x any)        { *w = append(*w, x.(held)) }
func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}
