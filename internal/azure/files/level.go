package files

import (
	"container/heap"
	"slices"
	"strings"

	"github.com/landbridge/landbridge/internal/dataset"
)

// mostHeld is how many entries of one directory are held at once: some ten MiB. A larger directory is listed again for the next ones.
const mostHeld = 50_000

// smallest finds the least entries of a directory that are not below low, in order, and says whether there are more.
func (l *lister) smallest(directory, prefix, low string) (batch []dataset.Object, more bool, err error) {
	var held greatestFirst
	for p, err := range l.pages(directory, prefix) {
		if err != nil {
			return nil, false, err
		}
		entries, err := p.entries()
		if err != nil {
			return nil, false, l.disordered(directory, err)
		}
		for _, o := range entries {
			// The service's prefixes know no case.
			if o.Name < low || !strings.HasPrefix(o.Name, prefix) {
				continue
			}
			heap.Push(&held, o)
			if held.Len() > l.most {
				heap.Pop(&held)
				more = true
			}
		}
	}
	slices.SortFunc(held, byName)
	return held, more, nil
}

func byName(a, b dataset.Object) int { return strings.Compare(a.Name, b.Name) }

// greatestFirst is a heap that gives away the greatest name.
type greatestFirst []dataset.Object

func (g greatestFirst) Len() int           { return len(g) }
func (g greatestFirst) Less(i, j int) bool { return g[i].Name > g[j].Name }
func (g greatestFirst) Swap(i, j int)      { g[i], g[j] = g[j], g[i] }
func (g *greatestFirst) Push(x any)        { *g = append(*g, x.(dataset.Object)) }
func (g *greatestFirst) Pop() any {
	last := (*g)[len(*g)-1]
	*g = (*g)[:len(*g)-1]
	return last
}
