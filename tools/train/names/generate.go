package main

import (
	"math/rand/v2"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

// generator fills templates. Every slot that has a label becomes a span.
type generator struct {
	random *rand.Rand
	lists  map[string][]string
}

func newGenerator(seed uint64) *generator {
	return &generator{random: rand.New(rand.NewPCG(seed, 2)), lists: map[string][]string{}} //nolint:gosec // repeatable, not secret
}

// pick is an entry of a list.
func (g *generator) pick(name string) string {
	if g.lists[name] == nil {
		g.lists[name] = list(name)
	}
	return g.one(g.lists[name]...)
}

func (g *generator) one(of ...string) string { return of[g.random.IntN(len(of))] }

func (g *generator) chance(p float64) bool { return g.random.Float64() < p }

func (g *generator) number(digits int) string {
	var b strings.Builder
	for range digits {
		b.WriteByte(byte('0' + g.random.IntN(10)))
	}
	return b.String()
}

// fill makes a row from a template: text with {slots}, \n for a line break.
func (g *generator) fill(template string) row {
	r := row{source: "generated", group: template, noise: true}
	rest := strings.ReplaceAll(template, `\n`, "\n")
	for {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(rest[open:], '}')
		if end < 0 {
			break
		}
		slot := rest[open+1 : open+end]
		if strings.IndexFunc(slot, func(c rune) bool { return !unicode.IsLetter(c) && c != ':' && c != '|' && c != '-' }) >= 0 || slot == "" {
			r.text += rest[:open+1] // a brace of the text's own, as in JSON
			rest = rest[open+1:]
			continue
		}
		r.text += rest[:open]
		rest = rest[open+end+1:]
		g.slot(&r, slot)
	}
	r.text += rest
	return g.noise(r)
}

// add appends text to the row, as a span if it has a label.
func (r *row) add(text string, begin tag.Label) {
	if begin != tag.Outside {
		r.spans = append(r.spans, span{len(r.text), len(r.text) + len(text), begin})
	}
	r.text += text
}

func (g *generator) slot(r *row, slot string) {
	if words, ok := strings.CutPrefix(slot, "lc:"); ok {
		r.add(g.one(strings.Split(words, "|")...), tag.Outside)
		return
	}
	if word, ok := strings.CutPrefix(slot, "t:"); ok {
		r.add(word, tag.BeginTitle)
		return
	}
	switch slot {
	case "person":
		r.add(g.person(), tag.BeginPerson)
	case "first":
		r.add(g.first(), tag.BeginPerson)
	case "public": // a person all the same; the finder knows whom not to report
		r.add(capitals(g.pick("public")), tag.BeginPerson)
	case "last":
		r.add(g.last(), tag.BeginPerson)
	case "title":
		r.add(g.one("Mr.", "Mrs.", "Ms.", "Dr.", "Mr", "Mrs", "Ms", "Miss", "Dr", "Prof.", "Professor", "Sir", "Rev.", "Mr.", "Mrs.", "Ms.", "Dr.", "Herr", "Frau", "Madame", "Monsieur", "Señor", "Señora", "Signora", "Mevrouw"), tag.BeginTitle)
	case "jobtitle":
		r.add(strings.Split(g.pick("job"), ",")[0], tag.BeginTitle)
	case "city":
		r.add(g.city(), tag.BeginPlace)
	case "country":
		r.add(g.pick("country"), tag.BeginPlace)
	case "region":
		r.add(g.pick("region"), tag.BeginPlace)
	case "org":
		r.add(g.company(), tag.BeginOrganization)
	case "nat":
		r.add(g.pick("nationality"), tag.BeginNationality)
	case "street":
		r.add(g.street(true), tag.BeginAddress)
	case "streetname":
		r.add(g.street(false), tag.BeginAddress)
	case "unit":
		r.add(g.unit(), tag.BeginAddress)
	case "zip":
		r.add(g.zip(), tag.BeginAddress)
	case "address":
		g.address(r)
	default:
		r.add(g.other(slot), tag.Outside)
	}
}

// other is what fills a slot that is nobody's name.
func (g *generator) other(slot string) string {
	switch slot {
	case "figure": // somebody whom a sentence speaks of as a public figure: what stands around says so
		switch g.random.IntN(4) {
		case 0:
			return capitals(g.pick(g.one("public", "figure")))
		case 1:
			return g.last()
		}
		return g.person()
	case "eponym": // a name that stands for a thing
		return g.last()
	case "given":
		return g.pick("given")
	case "lcw":
		return g.pick(g.one("common", "common", "common", "known"))
	case "Cap":
		return title(g.pick(g.one("common", "common", "known")))
	case "ACR":
		return strings.ToUpper(g.pick("common")[:1]+g.pick("known")[:1]+g.pick("common")[:1]) + g.one("", string(rune('A'+g.random.IntN(26))))
	case "Odd":
		head, tail := g.pick("known"), g.pick(g.one("known", "foreign"))
		return title(head[:len(head)/2+1] + strings.ToValidUTF8(tail[len(tail)/2:], ""))
	case "Month":
		return g.one("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December", "Jan", "Feb", "Aug", "Sept", "Oct", "Nov", "Dec")
	case "UP":
		return strings.ToUpper(g.pick("common"))
	case "Camel":
		return title(g.pick("common")) + title(g.pick("common"))
	case "fw":
		return g.pick("foreign")
	case "Ger":
		return g.pick("german")
	case "tech":
		return g.pick("tech")
	case "lctech":
		return strings.ToLower(g.pick("tech"))
	case "initial":
		return string(rune('A' + g.random.IntN(26)))
	case "num":
		return g.number(1 + g.random.IntN(4))
	case "phone":
		return g.one("", "+", "0") + g.number(2) + g.one(" ", "-") + g.number(3) + g.one(" ", "-", "") + g.number(4)
	case "email":
		return strings.ToLower(g.pick("given")) + g.number(2) + "@" + g.pick("common") + g.one(".com", ".org", ".de", ".co.uk")
	case "date":
		return g.one(
			g.one("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
			g.one("May", "June", "March", "April")+" "+g.number(1),
			g.other("Month")+" "+g.number(2)+", 20"+g.number(2), g.number(2)+" "+g.other("Month")+" 19"+g.number(2),
			"19"+g.number(2), "20"+g.number(2), "1"+g.number(1)+"/0"+g.number(1)+"/19"+g.number(2), "19"+g.number(2)+"-0"+g.number(1)+"-1"+g.number(1),
		)
	}
	panic("no such slot: " + slot)
}

// capitals makes a name of a list in lower case what it is in a text.
func capitals(name string) string {
	words := strings.Fields(name)
	for i := range words {
		words[i] = title(words[i])
	}
	return strings.Join(words, " ")
}

func title(word string) string {
	r, width := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[width:]
}

func (g *generator) first() string {
	name := g.pick("given")
	if g.chance(0.03) {
		name += "-" + g.pick("given")
	}
	return name
}

func (g *generator) last() string {
	name := g.pick("surname")
	switch g.random.IntN(40) {
	case 0:
		name += "-" + g.pick("surname")
	case 1:
		name = g.one("O'", "D'", "Mc", "Mac", "Fitz") + name
	case 2:
		name = g.one("van ", "von ", "de ", "van der ", "van den ", "de la ", "del ", "di ", "da ", "al-", "El ", "bin ", "Ben ", "St. ", "Le ", "La ", "dos ") + name
	case 3:
		name += " " + g.pick("surname")
	}
	return name
}

func (g *generator) person() string {
	initial := string(rune('A' + g.random.IntN(26)))
	switch n := g.random.IntN(40); {
	case n < 4:
		return g.first() + " " + initial + g.one(". ", " ") + g.last()
	case n == 4:
		return initial + ". " + g.last()
	case n == 5:
		return initial + "." + g.one(" ", "") + string(rune('A'+g.random.IntN(26))) + ". " + g.last()
	case n < 8:
		return g.first() + " " + g.first() + " " + g.last()
	case n == 8:
		return g.first() + " " + g.last() + g.one(" Jr.", " Sr.", " III", ", Jr.", " II")
	case n == 9:
		return g.first() + " " + strings.ToUpper(g.last())
	case n == 10:
		return g.last() + " " + g.first()
	}
	return g.first() + " " + g.last()
}

func (g *generator) city() string {
	if g.chance(0.3) {
		return g.pick("bigcity")
	}
	return g.pick("city")
}

func (g *generator) company() string {
	suffix := g.one("Inc", "Inc.", "LLC", "Ltd", "Ltd.", "Limited", "PLC", "Corp.", "Corporation", "Group", "GmbH", "AG", "& Co.", "S.A.", "B.V.", "AB", "Oy", "and Sons", "Holdings")
	trade := g.one("Insurance", "Bank", "Systems", "Solutions", "Partners", "Consulting", "Industries", "Technologies", "Software", "Media", "Energy", "Foods", "Motors", "Pharma", "Logistics", "Airlines", "Labs", "Capital", "Health")
	known := title(g.pick("known"))
	switch g.random.IntN(14) {
	case 0:
		return g.last() + ", " + g.last() + " and " + g.last()
	case 1:
		return g.last() + "-" + g.last()
	case 2:
		return g.last() + " & " + g.last()
	case 3:
		return g.one("University of ", "Bank of ", "City of ", "Museum of ", "Institute of ") + g.pick("bigcity")
	case 4:
		return g.pick("bigcity") + g.one(" University", " General Hospital", " High School", " Bank", " Police Department", " Council", " City", " United", " FC")
	case 5:
		return known + trade + " " + suffix
	case 6:
		return known + " " + trade
	case 7:
		return g.last() + " " + trade
	case 8:
		return known + " " + title(g.pick("common"))
	case 9:
		return title(g.pick("common")) + g.one("", "ly", "ify", "io", "ex", "soft", "tech", "net")
	case 10:
		return string(rune('A'+g.random.IntN(26))) + string(rune('A'+g.random.IntN(26))) + string(rune('A'+g.random.IntN(26)))
	case 11:
		return g.one("St. ", "Saint ") + g.first() + g.one("'s Hospital", " School", " Clinic", " Church")
	case 12:
		return g.one("Ministry of ", "Department of ", "Society of ", "Association of ") + title(g.pick("common"))
	}
	return g.last() + " " + suffix
}
