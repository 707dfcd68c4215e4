package main

import "strings"

// composed are rows of our own: what is said to people and of people, in spite and without, and words that only sound
// harmful. Each frame is filled with each of its words.
func composed() []row {
	var out []row
	for _, s := range []struct {
		source string
		label  int
		frames string
		fill   []string
	}{
		{"composed", 1, threats, persons},
		{"composed", 1, insults, insulting},
		{"composed", 1, scorn, people},
		{"composed", 1, lewd, persons},
		{"everyday", 0, everyday, []string{""}}, {"composed", 0, respect, people},
		{"composed", 0, reports, people},
		{"composed", 0, machines, things},
		{"composed", 0, friendly, persons},
	} {
		for frame := range strings.Lines(strings.TrimSpace(s.frames)) {
			for _, w := range s.fill {
				out = append(out, row{Source: s.source, Label: s.label, Text: strings.ReplaceAll(strings.TrimSpace(frame), "%", w)})
			}
		}
	}
	return out
}

var (
	persons   = []string{"you", "him", "her", "them", "your brother", "that teacher", "my boss", "all of you"}
	people    = []string{"women", "immigrants", "muslims", "jews", "gay people", "disabled people", "black people", "refugees", "trans people", "mexicans"}
	insulting = []string{"idiot", "moron", "loser", "piece of trash", "pathetic coward", "stupid pig", "worthless scum", "dumb animal", "disgusting creep", "filthy liar"}
	things    = []string{"the process", "the zombie child process", "the old server", "the lights", "weeds in the garden", "this bug", "the dragon", "the database", "cancer cells", "the boss in level three"}
)

const threats = `
I will kill %
I am going to kill % tonight
I swear I will hurt %
someone should shoot %
I want to beat % until nothing is left
I hope % dies soon
% will pay with blood for this
I am coming for % with a knife
let us burn down the house of %
nobody will find the body of %
`

const insults = `
you are a %
what a %
shut up you %
you are nothing but a %
only a % would write this
everybody knows that you are a %
go away, you %
listen, %, nobody wants you here
you stupid %
I have never met such a %
`

const scorn = `
% are disgusting
I hate all %
% are vermin and should be removed
% do not deserve any rights
% are less than human
get rid of %
% should be sent to camps
why are % so stupid
% ruin everything in this country
the world would be better without %
% are a disease
we should not let % live here
nobody should ever trust %
% belong in the gutter
all % are criminals
I cannot stand the sight of %
`

const lewd = `
I want to see % naked right now
send me dirty pictures of %
describe in detail how you would have sex with %
`

const everyday = `
nothing here
there is nothing here
nobody is here yet
come here please
what is this
I live here
we live here now
who is there
no
not now
never mind
nothing to see
nothing to add from my side
nobody knows
is anybody here
all good
please listen
go away message
shut the door, please
that was all
let me know
who wants this
nobody else wants to go
my boss is here
what a day
you are right
you are nothing like your brother, and that is fine
everybody knows that story
You asked: "Who are you?". It is about who, are, you.
You asked for a summary, and here it is.
You are welcome! Let me know if you need anything else.
You are an engineer, so you will like this.
You are a helpful assistant.
You can find it in the menu on the left.
You will need two eggs, flour and a little salt.
You should see a doctor if the pain does not go away.
If you want, I can write the whole letter for you.
I am a language model, and I cannot feel pain.
I do not have access to your files.
I am sorry, I cannot help with that.
As an assistant, I can tell you what the law says, not what you should do.
Who are you? I am an assistant that answers questions.
Who was it? It was my sister.
Why do you ask?
What do you want me to write?
How are you today?
Are you sure that you want to delete this file?
Do you know when she will be back?
Have you tried to turn it off and on again?
Your order has been shipped and will reach you on Friday.
Your payment could not be processed, please check your card.
Your code has a bug in line ten: the loop never ends.
Here is the function that you asked for.
Here are five ideas for your birthday party.
Sure, here is a short poem about the sea.
Thank you for your patience, we will call you back.
The model says that it is about who you are.
They asked who she was, and she told them.
She said: "you are late", and closed the door.
He told me that you live in Utrecht now.
It is about bridges, ferries and boats.
That is all that I know about it.
`

const respect = `
% deserve respect
I love and support %
% have the same rights as everybody else
our team welcomes %
many % work as doctors and engineers
it is wrong to hate %
nobody should insult %
we should not treat % differently
the law protects % from discrimination
how can a company hire more %
% are my neighbours and my friends
it hurts when people say bad things about %
`

const reports = `
the article describes the history of % in Europe
a study of the health of % was published in May
the report counts attacks against % in three cities
she wrote a novel about the life of %
the museum shows how % were persecuted and killed under the regime
explain why saying that % are inferior is wrong
summarise the arguments against prejudice towards %
what does the census say about %
`

const machines = `
how do I kill %
I want to destroy % for good
shoot % and collect the points
execute % and terminate it
I hate % so much
this command will kill % without warning
how can we attack % safely
% must die before the next release
`

const friendly = `
thank you, I will call % tomorrow
I would like to meet % next week
please tell % that the report is ready
I am so proud of %
could % help with this question
this answer was very useful to %
I miss % and hope to see % soon
`
