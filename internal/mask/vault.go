package mask

// vault is the tokens of a session. Most sessions have few, which are looked through faster than a map is made.
type vault struct {
	tokens  []token
	byValue map[valueKey]int // into tokens, when they are more than few
	byCode  map[string]int
	labels  []*label // of the tokens
	firsts  uint32   // a bit for each letter that one begins with
}

type valueKey struct{ kind, value string }

// few is how many tokens need no map.
const few = 8

func (v *vault) add(t token) {
	if v.tokens == nil {
		v.tokens, v.labels = make([]token, 0, few), make([]*label, 0, few)
	}
	if v.tokens = append(v.tokens, t); len(v.tokens) > few {
		v.index()
	}
	for _, l := range v.labels {
		if l == t.label {
			return
		}
	}
	v.labels = append(v.labels, t.label)
	v.firsts |= 1 << (t.label.name[0] - 'A')
}

// index brings the maps up to date.
func (v *vault) index() {
	if v.byValue == nil {
		v.byValue, v.byCode = map[valueKey]int{}, map[string]int{}
	}
	for i := len(v.byValue); i < len(v.tokens); i++ {
		t := &v.tokens[i]
		v.byValue[valueKey{t.kind, t.value}], v.byCode[t.code] = i, i
	}
}

// of returns the token of a value, nil when it has none.
func (v *vault) of(kind, value string) *token {
	if v.byValue != nil {
		if i, ok := v.byValue[valueKey{kind, value}]; ok {
			return &v.tokens[i]
		}
		return nil
	}
	for i := range v.tokens {
		if t := &v.tokens[i]; t.value == value && t.kind == kind {
			return t
		}
	}
	return nil
}

// coded returns the token with a code, nil when there is none.
func (v *vault) coded(code []byte) *token {
	if v.byCode != nil {
		if i, ok := v.byCode[string(code)]; ok {
			return &v.tokens[i]
		}
		return nil
	}
	for i := range v.tokens {
		if t := &v.tokens[i]; t.code == string(code) {
			return t
		}
	}
	return nil
}

// begins says whether a token may begin with c.
func (v *vault) begins(c byte) bool {
	n := (c | 0x20) - 'a'
	return n < 26 && v.firsts&(1<<n) != 0
}
