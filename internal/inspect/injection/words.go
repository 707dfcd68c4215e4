package injection

import (
	"slices"
	"strings"
	"sync"

	"github.com/landbridge/landbridge/internal/inspect/phrase"
)

// The classes of words that matter to the context of a part.
const (
	isStop     uint32 = 1 << iota // is about nothing
	isPointer                     // shows at the data around it: who points at it means it
	isSecond                      // speaks to somebody
	isGreeting                    // is of letters
	isContent                     // is about something; of no word's list
)

const stopWords = `about above after again also always and another anything are back because been before being below between both but came can
		cannot come could did does doing done down each else even ever every everything few for from gave get give given goes going gone good had has have
		having hello her here him his how however into its just keep know last least less let like made make many may maybe might more most much must
		need never next not nothing now off often only onto other our out over own please put rather really said same saw say see seem should show since
		some something still such take tell than thank thanks that the their them then there these they thing things think this those though through
		thus too took under until upon use used using very want was way well went were what when where whether which while who whom whose why will with
		within without would yes yet you your yours answer response reply explain write provide include describe question following`

const pointers = `this these those following below above here attached given table email mail message code snippet text article passage
		paragraph document error traceback output log page webpage it them function script list rows row column columns data json html file story review thread conversation excerpt`

const seconds = `you your yours yourself youre du dein deine sie ihr ihre ihnen tu tus te vous votre vos toi usted tuo tua você seu sua jij jouw u ty twoje ты твои вы ваш`

const greetings = `hi hello dear regards thanks thank sincerely best cheers team unsubscribe privacy`

// classes leads from the hash of a word to its classes.
var classes = sync.OnceValue(func() *counts {
	c := &counts{}
	c.reset(len(strings.Fields(stopWords + pointers + seconds + greetings)))
	for class, words := range map[uint32]string{isStop: stopWords, isPointer: pointers, isSecond: seconds, isGreeting: greetings} {
		for w := range strings.FieldsSeq(words) {
			*c.at(phrase.Hash(w)) |= class
		}
	}
	return c
})

// bit is the bit of a family.
func bit(name string) uint64 {
	return 1 << slices.Index(families().Families(), name)
}

var (
	tamperBit = sync.OnceValue(func() uint64 { return bit("answer_tampering") })
	insertBit = sync.OnceValue(func() uint64 { return bit("code_insertion") })
)

// strong are the families that nobody uses in data by chance.
var strong = sync.OnceValue(func() uint64 {
	var bits uint64
	for _, name := range []string{
		"override", "new_instructions", "reveal_prompt", "secret", "private_data", "persona", "unrestricted", "mode_switch", "two_answers", "refusal_suppression",
		"forced_opening", "decode_and_follow", "exfiltration", "tool_hijack", "to_assistant",
	} {
		bits |= bit(name)
	}
	return bits
})
