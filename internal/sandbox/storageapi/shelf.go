package storageapi

import (
	"slices"
	"sort"
	"strings"
)

// shelf holds every generation of one name.
type shelf struct {
	name string
	live *object
	past []*object // noncurrent and soft-deleted ones, oldest first
}

// shelves are the names of a bucket in byte order: rows of bounded length, so that a million names take inserts in any order.
type shelves struct{ rows [][]*shelf }

const rowLength = 512

// row is the index of the only row in which a name may stand, and where in it.
func (s *shelves) find(name string) (row, at int, found bool) {
	row = sort.Search(len(s.rows), func(i int) bool { return s.rows[i][0].name > name }) - 1
	if row < 0 {
		return 0, 0, false
	}
	at, found = slices.BinarySearchFunc(s.rows[row], name, func(one *shelf, name string) int { return strings.Compare(one.name, name) })
	return row, at, found
}

// get is the shelf of a name; nil when there is none.
func (s *shelves) get(name string) *shelf {
	if row, at, found := s.find(name); found {
		return s.rows[row][at]
	}
	return nil
}

// make is the shelf of a name, put in where there is none.
func (s *shelves) make(name string) *shelf {
	row, at, found := s.find(name)
	if found {
		return s.rows[row][at]
	}
	one := &shelf{name: name}
	if len(s.rows) == 0 {
		s.rows = append(s.rows, nil)
	}
	s.rows[row] = slices.Insert(s.rows[row], at, one)
	if full := s.rows[row]; len(full) > rowLength {
		s.rows[row] = full[: rowLength/2 : rowLength/2]
		s.rows = slices.Insert(s.rows, row+1, slices.Clone(full[rowLength/2:]))
	}
	return one
}

// drop takes a shelf away on which nothing is left.
func (s *shelves) drop(one *shelf) {
	row, at, found := s.find(one.name)
	if !found || one.live != nil || len(one.past) > 0 {
		return
	}
	if s.rows[row] = slices.Delete(s.rows[row], at, at+1); len(s.rows[row]) == 0 {
		s.rows = slices.Delete(s.rows, row, row+1)
	}
}

// from yields the shelves in order, beginning with the first whose name is not less.
func (s *shelves) from(name string) func(func(*shelf) bool) {
	return func(yield func(*shelf) bool) {
		row, at, _ := s.find(name)
		for ; row < len(s.rows); row, at = row+1, 0 {
			for _, one := range s.rows[row][min(at, len(s.rows[row])):] {
				if !yield(one) {
					return
				}
			}
		}
	}
}
