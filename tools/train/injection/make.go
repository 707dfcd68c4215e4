package main

import (
	"math/rand/v2"
	"strings"
)

// maker makes training texts out of the grammar and of clean data.
type maker struct {
	g grammar
	r *rand.Rand
	// clean is data of the labelled set that may be used, besides the grammar's.
	clean []string
	// prose is sentences, and pieces is code and documentation, that are no prompts.
	prose, pieces []string
	// lines are planted lines of the labelled set that may be used, besides the grammar's.
	lines []string
}

func (m *maker) say(rule string) string { return m.g.say(m.r, rule) }

// data is a piece of data without an attack.
func (m *maker) data() string {
	switch n := m.r.IntN(12); {
	case n < 4 && len(m.clean) > 0:
		return m.clean[m.r.IntN(len(m.clean))]
	case n < 6 && len(m.prose) > 0:
		return mixed(m.r, m.prose)
	case n < 8 && len(m.pieces) > 0:
		return m.pieces[m.r.IntN(len(m.pieces))] + "\n\n" + m.pieces[m.r.IntN(len(m.pieces))]
	}
	return m.say("data")
}

// foreign is a text that an attacker plants.
func (m *maker) foreign(data string) string {
	switch n := m.r.IntN(20); {
	case n < 3 && len(m.lines) > 0:
		return m.lines[m.r.IntN(len(m.lines))]
	case n < 8 && (strings.Contains(data, "()") || strings.Contains(data, "```")):
		return m.say("codeattack")
	}
	return m.say("foreign")
}

// planted is data with a foreign text in it.
func (m *maker) planted() row {
	data := m.data()
	line := m.foreign(data)
	return row{Text: m.plant(data, line), Planted: line, Label: 1, Kind: "indirect", Source: "made"}
}

// plant puts a line into data: at the start, at the end, between two lines; now and then within a line, a cell, a
// comment or a value.
func (m *maker) plant(data, line string) string {
	lines := strings.Split(data, "\n")
	at := m.r.IntN(len(lines) + 1)
	switch m.r.IntN(10) {
	case 0, 1:
		return line + "\n" + data
	case 2, 3, 4:
		return strings.TrimRight(data, "\n") + "\n" + line
	case 5:
		return data + "\n\n" + line
	case 6:
		if within, ok := m.within(lines, line); ok {
			return within
		}
	}
	return strings.Join(lines[:at], "\n") + "\n" + line + "\n" + strings.Join(lines[at:], "\n")
}

// within puts a line where the format of the data has a place for words.
func (m *maker) within(lines []string, line string) (string, bool) {
	at := m.r.IntN(len(lines))
	old := lines[at]
	switch {
	case strings.Contains(line, "\n"):
		return "", false
	case strings.HasPrefix(old, "| ") && strings.HasSuffix(old, "|"):
		cells := strings.Split(old, "|")
		cells[1+m.r.IntN(len(cells)-2)] = " " + line + " "
		lines[at] = strings.Join(cells, "|")
	case strings.Contains(old, "</p>"):
		lines[at] = strings.Replace(old, "</p>", "</p><!-- "+line+" -->", 1)
	case strings.Contains(old, "    "):
		lines[at] = old + "\n    # " + line
	case strings.Contains(old, `": "`):
		lines[at] = strings.Replace(old, `": "`, `": "`+strings.ReplaceAll(line, `"`, `'`)+" ", 1)
	case strings.HasSuffix(old, "."):
		lines[at] = old + " " + line
	default:
		return "", false
	}
	return strings.Join(lines, "\n"), true
}

// asked is what an honest user sends with data: a question before or after it.
func (m *maker) asked() row {
	data, ask := m.data(), m.say("userask")
	gap := []string{"\n", "\n\n", "\n\n", ":\n\n", " "}[m.r.IntN(5)]
	text := ask + gap + data
	switch m.r.IntN(6) {
	case 0, 1:
		text = data + gap + ask
	case 2:
		text = ask + gap + m.say("neutral") + "\n" + data
	case 3:
		text = ask + " " + m.say("more") + gap + data
	}
	return row{Text: text, Kind: "benign", Source: "made"}
}

// askedPlanted is data with a foreign text in it, and an honest question before both.
func (m *maker) askedPlanted() row {
	r := m.planted()
	r.Text = m.say("userask") + "\n\n" + r.Text
	return r
}

func (m *maker) rows(n int, rule, kind string, label int) []row {
	rows := make([]row, n)
	for i := range rows {
		rows[i] = row{Text: m.say(rule), Kind: kind, Source: "made", Label: label}
	}
	return rows
}
