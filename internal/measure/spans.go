package measure

import (
	"maps"
	"slices"
)

// Count is how often something was right and wrong.
type Count struct {
	Gold  int `json:"gold"`  // that were there
	Hit   int `json:"hit"`   // of these, found
	Found int `json:"found"` // that were said to be there
	Right int `json:"right"` // of these, there
}

// Precision is the part of what was found that was there; 0 when nothing was found.
func (c Count) Precision() float64 { return ratio(c.Right, c.Found) }

// Recall is the part of what was there that was found.
func (c Count) Recall() float64 { return ratio(c.Hit, c.Gold) }

// F is the F-measure that weighs recall beta times as much as precision: F(1) and F(2).
func (c Count) F(beta float64) float64 {
	p, r := c.Precision(), c.Recall()
	if p+r == 0 {
		return 0
	}
	return (1 + beta*beta) * p * r / (beta*beta*p + r)
}

func (c *Count) add(o Count) {
	c.Gold, c.Hit, c.Found, c.Right = c.Gold+o.Gold, c.Hit+o.Hit, c.Found+o.Found, c.Right+o.Right
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Spans is a measurement of places. The zero value is ready.
//
// A labelled place is found when places of its type cover at least half of it; a found place is right when labelled places
// of its type cover at least half of it. Types that mean the same are compared as one (Canonical), and a place or postcode
// is a part of an address.
type Spans struct {
	Rows    int               `json:"rows"`
	Clean   int               `json:"clean"`   // rows with no labelled place
	Changed int               `json:"changed"` // of these, those that masking changed
	ByType  map[string]*Count `json:"by_type"`
	// BySource counts the types that ByType counts, by source of the row.
	BySource map[string]*Count `json:"by_source"`
}

// Add takes in one row. Found are the places that were found, Masked says that the text came out changed. Only types that
// the source labels anywhere are counted as wrong: known says which these are, by canonical name.
func (s *Spans) Add(row Row, found []Span, masked bool, known map[string]bool) {
	if s.ByType == nil {
		s.ByType, s.BySource = map[string]*Count{}, map[string]*Count{}
	}
	s.Rows++
	if len(row.Spans) == 0 {
		s.Clean++
		if masked {
			s.Changed++
		}
	}
	for _, gold := range row.Spans {
		c := Count{Gold: 1}
		if covered(gold, found) {
			c.Hit = 1
		}
		s.count(row.Source, Canonical(gold.Type), c)
	}
	for _, f := range found {
		if !known[Canonical(f.Type)] {
			continue
		}
		c := Count{Found: 1}
		if covered(f, row.Spans) {
			c.Right = 1
		}
		s.count(row.Source, Canonical(f.Type), c)
	}
}

func (s *Spans) count(source, kind string, c Count) {
	place(s.ByType, kind).add(c)
	place(s.BySource, source).add(c)
}

// Total is over all types.
func (s *Spans) Total() Count {
	var out Count
	for _, c := range s.ByType {
		out.add(*c)
	}
	return out
}

func place(m map[string]*Count, key string) *Count {
	if m[key] == nil {
		m[key] = &Count{}
	}
	return m[key]
}

// covered says whether places of the same type cover at least half of s.
func covered(s Span, by []Span) bool {
	length := 0
	for _, o := range by {
		if alike(Canonical(o.Type), Canonical(s.Type)) {
			length += max(0, min(s.End, o.End)-max(s.Start, o.Start))
		}
	}
	return 2*length >= s.End-s.Start && length > 0
}

// alike says whether two types are one, or an address and a part of it: one data set labels the whole, another its lines.
func alike(a, b string) bool {
	return a == b || a == "ADDRESS" && ofAddress[b] || b == "ADDRESS" && ofAddress[a]
}

var ofAddress = map[string]bool{"LOCATION": true, "ZIP_CODE": true}

// canonical are names of types that mean the same here: those of data sets on the left.
var canonical = map[string]string{
	"GPE": "LOCATION", "STREET_ADDRESS": "ADDRESS", "PREFIX": "TITLE", "DOMAIN_NAME": "URL", "CORPORATION": "ORGANIZATION", "GROUP": "ORGANIZATION",
	"DATE_OF_BIRTH": "DATE_TIME", "UK_POSTCODE": "ZIP_CODE", "IBAN": "IBAN_CODE", "SSN": "US_SSN", "PHONE": "PHONE_NUMBER", "EMAIL": "EMAIL_ADDRESS",
}

// Canonical is the one name of a type that has several.
func Canonical(kind string) string {
	if name, ok := canonical[kind]; ok {
		return name
	}
	return kind
}

// Types are the canonical types of a row's labels.
func Types(rows []Row) map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for _, r := range rows {
		if out[r.Source] == nil {
			out[r.Source] = map[string]bool{}
		}
		for _, s := range r.Spans {
			out[r.Source][Canonical(s.Type)] = true
		}
	}
	return out
}

// Sorted are the keys of a measurement, in order.
func Sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
