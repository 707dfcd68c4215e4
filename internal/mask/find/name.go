package find

import "strings"

// name is what a word begins by itself.
type name struct {
	role  role
	month int // 1 to 12 of a month
}

type role uint8

const (
	monthName role = iota + 1
	dayName
	address // Mr., Mrs., Dr.
	passwordWord
	bearerWord
	basicWord
)

// theNames are the words of all roles, in lower case.
func theNames() map[string]name {
	names := map[string]name{}
	add := func(r role, words string) {
		for w := range strings.FieldsSeq(words) {
			names[w] = name{role: r}
		}
	}
	for _, year := range []string{ // a dash stands where a language has the same word as one above
		"january february march april may june july august september october november december",
		"jan feb mar apr - jun jul aug sep oct nov dec",
		"januar februar märz - mai juni juli - - oktober - dezember",
		"janvier février mars avril - juin juillet août septembre octobre novembre décembre",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"gennaio febbraio - aprile maggio giugno luglio - settembre ottobre - dicembre",
		"januari februari maart - mei - - augustus - - - -",
		"janeiro fevereiro março - maio junho julho - setembro outubro novembro dezembro",
		"- - - - - - - - sept - - dez",
	} {
		for i, w := range strings.Fields(year) {
			if w != "-" {
				names[w] = name{monthName, i + 1}
			}
		}
	}
	add(dayName, "monday tuesday wednesday thursday friday saturday sunday "+
		"montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche "+
		"lunes martes miércoles jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica")
	add(address, "mr mrs ms miss dr prof mme mlle herr frau sr sra señor señora madame monsieur signora")
	add(passwordWord, "password passwort passphrase contraseña kennwort")
	add(bearerWord, "bearer")
	add(basicWord, "basic")
	return names
}

// named handles a word that begins with the letters between i and end, and says whether it is one that begins something.
func (s *scanner) named(i, end int) bool {
	for end < len(s.text) && end-i < longestWord && wordByte(s.text[end]) {
		end++ // letters beyond ASCII
	}
	if !s.lexicon.may(s.text, i, end) || i > 0 && wordByte(s.text[i-1]) {
		return false // a part of a longer word
	}
	n := s.lexicon.name(s.text[i:end])
	switch n.role {
	case monthName:
		s.monthAt(i, end, n.month)
	case dayName:
		s.report(dateTime, i, end, .6)
	case address:
		s.titleAt(i, end)
	case passwordWord:
		s.spokenPassword(end)
	case bearerWord:
		s.bearer(end, false)
	case basicWord:
		s.bearer(end, true)
	}
	return n.role != 0
}

func (l *lexicon) name(word string) name {
	var buf [longestWord]byte
	n := copy(buf[:], word)
	for i := range n {
		buf[i] = lower(buf[i])
	}
	return l.names[string(buf[:n])]
}

// titleAt reports a form of address in front of a name.
func (s *scanner) titleAt(i, end int) {
	if end < len(s.text) && s.text[end] == '.' {
		end++
	} else if s.text[i]-'A' >= 26 {
		return // without a dot it is an ordinary word of some language
	}
	if end+1 < len(s.text) && s.text[end] == ' ' && wordByte(s.text[end+1]) {
		s.report(title, i, end, .6)
	}
}
