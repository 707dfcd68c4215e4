package names

import (
	"strings"
	"testing"

	"github.com/landbridge/landbridge/internal/prompt"
)

// The parts of the evaluation set: names of many cultures, streets of some countries, sentences that no training has.
var (
	people = strings.Split("Aoife Gallagher;Tomasz Nowakowski;Priya Raghunathan;Miguel Ángel Torres;Chidi Okafor;Elif Yıldırım;Hans-Peter Vogel;"+
		"Giulia De Santis;Nguyen Van Minh;Sanne van den Berg;Fatima al-Rashid;Oleksandr Shevchuk;Rasmus Lindqvist;Yuki Tanabe;Deborah K. Whitfield;"+
		"Luís Carvalho;Zsófia Kertész;Marcus D'Alessio;Ingrid Solheim;Dwayne Fitzpatrick;Noura Haddad;Ciarán O'Sullivan", ";")
	streets = strings.Split("18 Harcourt Road;2207 Maple Avenue, Apt 5;Birkenweg 31;7 rue des Lilas;Calle de Toledo 88;Via Garibaldi 12;Keizersgracht 204;"+
		"ul. Ogrodowa 9;Storgatan 45;P.O. Box 3391;95B Wellington Terrace;Königsallee 60", ";")
	sentences = []string{
		"The parcel was signed for by {} at noon.", "Could you check whether {} has paid?", "{} asked for a copy of the contract.",
		"We interviewed {} for the position last week.", "My doctor is called {}.", "Kindly add {} to the mailing list.",
		"Booked under the name {}.", "{}, thank you for your patience.", "She is married to {}.", "The tenant, {}, has moved out.",
		"As {} pointed out, the figures are wrong.", "Yesterday {} and I repaired the roof.",
	}
	addresses = []string{
		"You can find us at {}.", "The meter at {} has to be read.", "Her last known address was {}.", "Please collect the keys from {} before noon.",
		"Emergency at {}, send somebody!", "Registered office: {}",
	}
	benign = strings.Split(`Write a Python function that merges two sorted lists.
What is the capital of Australia, and how many people live there?
Summarize the plot of a detective story in three sentences.
Give me five ideas for a birthday party on a Saturday in June.
How does TCP differ from UDP? Use a table.
Translate "Good morning, how are you?" into German and Spanish.
Act as a travel guide and plan three days in Rome.
You are a senior Go developer. Review the code below for race conditions.
Why did the Roman Empire fall? Discuss economic and military reasons.
Create a Dockerfile for a Node application with a PostgreSQL database.
List the planets from Mercury to Neptune with their distance from the Sun.
What would Aristotle say about social media?
Is it cheaper to heat with gas or with a heat pump in Northern Europe?
Convert 98.6 Fahrenheit to Celsius and 5 miles to kilometres.
Rewrite this paragraph so that it sounds more formal.
Explain the Pythagorean theorem with an example.
Compare the Lord of the Rings with Dune as world building.
Draft a polite e-mail that asks for a refund of a broken Kettle Pro 3000.
Schreibe ein kurzes Gedicht über den Herbst und die Blätter im Wind.
Explique-moi la photosynthèse en termes simples.
Design a REST API for a Library Management System: Books, Members, Loans.
Top 10 Tips For Better Sleep
what should i cook tonight with rice and eggs
Solve for x: 3x + 12 = 48. Show Step 1, Step 2 and Step 3.
Which is faster, Redis or Memcached, for 20,000 keys?
The Great Gatsby and Moby Dick: compare their themes.
If a shop sells 14 apples in 2 hours, how many does it sell in 7?
Tell me a joke about a programmer and a Scrum Master.
Help me to debug: NullPointerException in UserService.getById at line 214.
Describe the water cycle for a class of ten-year-old pupils.
Was ist der Unterschied zwischen einer Aktie und einer Anleihe?
Generate a JSON schema for an Order with Items, Price and Currency.`, "\n")
)

// recall is how many of the values, put in each of the templates, are found as want.
func recall(find *Finder, templates, values []string, want string, change func(string) string) float64 {
	hit, all := 0, 0
	for _, template := range templates {
		for _, value := range values {
			before, after, _ := strings.Cut(template, "{}")
			text := change(before + value + after)
			all++
			if found(find.Find(text, nil), want, len(before), len(before)+len(value)) {
				hit++
			}
		}
	}
	return float64(hit) / float64(all)
}

// found says whether a finding of type want covers most of the bytes from start to end.
func found(findings []prompt.Finding, want string, start, end int) bool {
	covered := 0
	for _, f := range findings {
		if f.Type == want {
			covered += max(0, min(f.End, end)-max(f.Start, start))
		}
	}
	return 2*covered > end-start
}

func TestRecall(t *testing.T) {
	t.Parallel()
	same := func(text string) string { return text }
	f := New()
	for _, c := range []struct {
		name  string
		got   float64
		least float64
	}{
		{"people", recall(f, sentences, people, "PERSON", same), 0.92},
		{"people in lower case", recall(f, sentences, people, "PERSON", strings.ToLower), 0.75},
		{"streets", recall(f, addresses, streets, "STREET_ADDRESS", same), 0.85},
	} {
		t.Logf("%s: %.3f", c.name, c.got)
		if c.got < c.least {
			t.Errorf("%s: recall %.3f, want at least %.2f", c.name, c.got, c.least)
		}
	}
}

func TestBenignPromptsStayWhole(t *testing.T) {
	t.Parallel()
	f, changed := New(), 0
	for _, text := range benign {
		for _, p := range f.Find(text, nil) {
			if p.Score >= least && (p.Type == "PERSON" || p.Type == "STREET_ADDRESS") {
				t.Logf("%s", mark(text, []prompt.Finding{p}))
				changed++
				break
			}
		}
	}
	if changed*100 > 3*len(benign) {
		t.Errorf("%d of %d benign prompts changed", changed, len(benign))
	}
}
