package main

import (
	"strings"
	"unicode"

	"github.com/landbridge/landbridge/internal/mask/names/tag"
)

// zip is a postcode.
func (g *generator) zip() string {
	letter := func() string { return string(rune('A' + g.random.IntN(26))) }
	switch g.random.IntN(9) {
	case 0:
		return letter() + letter() + g.number(1) + " " + g.number(1) + letter() + letter()
	case 1:
		return letter() + g.number(1) + letter() + " " + g.number(1) + letter() + g.number(1)
	case 2:
		return g.number(4)
	case 3:
		return g.number(4) + " " + letter() + letter()
	case 4:
		return g.number(3) + " " + g.number(2)
	case 5:
		return g.number(5) + "-" + g.number(g.random.IntN(2)+3)
	}
	return g.number(5)
}

func (g *generator) house() string {
	n := g.number(1 + g.random.IntN(4))
	if n[0] == '0' {
		n = "1" + n
	}
	switch g.random.IntN(14) {
	case 0:
		n += g.one("a", "b", "A", "B", "c", " bis")
	case 1:
		n += "-" + g.number(2)
	case 2:
		n += "/" + g.number(1)
	}
	return n
}

func (g *generator) unit() string {
	n := g.number(1 + g.random.IntN(3))
	return g.one("Apt. "+n, "Apt "+n, "Suite "+n, "Unit "+n, "Flat "+n, "#"+n, "Floor "+n, "Room "+n, "Apartment "+n, "Ste "+n, "2nd Floor", n+"º izq", "Bldg "+n, "App. "+n)
}

// street is the line of an address that has the street, with a house number or without.
func (g *generator) street(numbered bool) string {
	name := g.one(g.pick("surname"), g.pick("surname"), g.pick("given"), title(g.pick("common")), title(g.pick("known")), g.pick("city"))
	english := g.one("Street", "St", "St.", "Road", "Rd", "Rd.", "Avenue", "Ave", "Ave.", "Drive", "Dr", "Lane", "Ln", "Court", "Ct", "Crescent", "Place", "Boulevard", "Blvd", "Way", "Terrace", "Square", "Close", "Parkway", "Highway", "Hill", "Gardens", "Circle", "Turnpike", "Mews", "Row", "Pass", "Bypass", "Lodge", "Trail", "Loop", "Grove")
	if numbered && g.chance(0.06) {
		return g.one("P.O. Box ", "PO Box ", "P. O. Box ", "Postfach ", "Apartado ", "Postbus ", "PSC ", "Unit 4711 Box ") + g.number(4)
	}
	var line string
	before := false // the number stands before the street
	switch g.random.IntN(16) {
	default:
		line, before = name+" "+english, true
		if g.chance(0.1) {
			line = g.one("North ", "South ", "East ", "West ", "N ", "S ", "E. ", "W. ", "Old ", "Upper ") + line
		}
		if g.chance(0.08) {
			line = g.one("5th", "42nd", "1st", "3rd", "11th", "First", "Second", "Main", "Park", "High", "Church", "Station", "Elm", "Oak", "Maple") + " " + english
		}
	case 7:
		line, before = g.one("rue ", "Rue ", "avenue ", "boulevard ", "place ", "chemin ", "rue de la ", "rue du ", "avenue de ", "quai ", "Rue de ", "allée des ")+name, true
	case 8:
		line = title(strings.ToLower(name)) + g.one("straße", "strasse", "str.", "weg", "gasse", "platz", "allee", "straat", "laan", "plein", "gracht", "gatan", "vägen", "gata", "vej", "gade", "veien", "katu", "tie", "backen")
	case 9:
		line = name + g.one("-Straße", "-Str.", "-Weg", "-Platz", "-Allee", " Straße", " utca", " u.", " út", " tér", " Caddesi", " Sokak", " katu")
	case 10:
		line = g.one("Via ", "via ", "Viale ", "Piazza ", "Corso ", "Vicolo ", "Via della ", "Via del ") + name
	case 11:
		line = g.one("Calle ", "C/ ", "calle ", "Avenida ", "Avda. ", "Plaza ", "Paseo de ", "Calle de la ", "Camino ", "Rua ", "rua ", "R ", "Avenida da ", "Travessa ", "Praça ", "Alameda ") + name
	case 12:
		line = g.one("ul. ", "ulica ", "al. ", "os. ", "Ulitsa ", "Strada ", "Bd. ", "Str. ", "Jalan ", "Jl. ", "улица ", "ул. ") + name
	case 13:
		line, before = name, g.chance(0.5)
	}
	if !numbered {
		return line
	}
	switch {
	case before:
		line = g.house() + g.one(" ", " ", " ", ", ") + line
	default:
		line += g.one(" ", " ", " ", ", ") + g.house()
	}
	if g.chance(0.15) {
		line += g.one(" ", ", ", "\n") + g.unit()
	}
	return line
}

// address is a street with its place, on one line or more.
func (g *generator) address(r *row) {
	space := g.one(", ", ", ", " ", "\n", ",\n", "\n ")
	r.add(g.street(true), tag.BeginAddress)
	r.add(space, tag.Outside)
	switch g.random.IntN(5) {
	case 0:
		r.add(g.zip(), tag.BeginAddress)
		r.add(" ", tag.Outside)
		r.add(g.city(), tag.BeginPlace)
	case 1:
		r.add(g.city(), tag.BeginPlace)
	case 2:
		r.add(g.city(), tag.BeginPlace)
		r.add(", ", tag.Outside)
		r.add(g.pick("region"), tag.BeginPlace)
		r.add(" ", tag.Outside)
		r.add(g.zip(), tag.BeginAddress)
	case 3:
		r.add(g.city(), tag.BeginPlace)
		r.add(" ", tag.Outside)
		r.add(g.zip(), tag.BeginAddress)
	case 4:
		r.add(g.zip(), tag.BeginAddress)
		r.add(" ", tag.Outside)
		r.add(g.city(), tag.BeginPlace)
	}
	if g.chance(0.3) {
		r.add(space, tag.Outside)
		r.add(g.pick("country"), tag.BeginPlace)
	}
}

// noise writes some texts as people do: without capitals, or with nothing else.
func (g *generator) noise(r row) row {
	var change func(rune) rune
	switch n := g.random.IntN(20); {
	case n < 4:
		change = unicode.ToLower
	case n == 4:
		change = unicode.ToUpper
	default:
		return r
	}
	out := row{source: r.source, group: r.group, noise: true}
	from := 0
	for _, s := range r.spans {
		out.text += strings.Map(change, r.text[from:s.start])
		out.add(strings.Map(change, r.text[s.start:s.end]), s.begin)
		from = s.end
	}
	out.text += strings.Map(change, r.text[from:])
	return out
}
