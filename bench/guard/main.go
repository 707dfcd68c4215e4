// Command guard holds the guard against its peers: the same labelled rows, one run, every detector a process that reads
// texts and writes verdicts.
//
//	go run ./guard -data DIR -landbridge ../bin/landbridge -node DIR -python FILE
//
// The data are JSON Lines as "landbridge guard eval" reads them: pii.jsonl, injection.jsonl and toxicity.jsonl in DIR.
// -node is a folder whose node_modules holds the npm packages, -python the interpreter of an environment with those of
// PyPI; docs/benchmarks/guard.md says how to make both. A peer that is not installed is named and left out.
//
// What ships was trained on rows of public sets. -held SOURCE[,SOURCE]=BINARY has the rows of these sources judged by
// another build, one that never saw them ("go run ./guard held-out" makes such builds), and puts what it reaches beside.
//
// The tables go to standard output as Markdown. No text of the data is printed or kept.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

// options say what is compared on what.
type options struct {
	data, landbridge, node, python string
	checks, peers                  string
	every                          int
	held                           []heldOut
}

// heldOut is a build that has learnt nothing of some sources.
type heldOut struct {
	sources []string // beginnings of names
	binary  string
}

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == "held-out" {
		err = makeHeldOut(os.Args[2:])
	} else {
		err = compare()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		os.Exit(1)
	}
}

func compare() error {
	var o options
	flag.StringVar(&o.data, "data", "", "folder of pii.jsonl, injection.jsonl and toxicity.jsonl")
	flag.StringVar(&o.landbridge, "landbridge", "../bin/landbridge", "the built binary")
	flag.StringVar(&o.node, "node", "", "folder with node_modules; none: no peers of npm")
	flag.StringVar(&o.python, "python", "", "Python interpreter; none: no peers of PyPI")
	flag.StringVar(&o.checks, "check", "injection,pii,toxicity", "what is compared")
	flag.StringVar(&o.peers, "peers", "", "only peers whose name holds this")
	flag.IntVar(&o.every, "every", 1, "only every n-th row: some peers take their time")
	flag.Func("held", "SOURCE[,SOURCE]=BINARY: a build that has learnt nothing of these; may be repeated", func(text string) error {
		sources, binary, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("%q is not SOURCE=BINARY", text)
		}
		o.held = append(o.held, heldOut{strings.Split(sources, ","), binary})
		return nil
	})
	flag.Parse()
	for _, check := range strings.Split(o.checks, ",") {
		table := map[string]func(options) error{"injection": compareInjection, "pii": comparePersonalData, "toxicity": compareToxicity}[check]
		if table == nil {
			return fmt.Errorf("-check %q is not known", check)
		}
		if err := table(o); err != nil {
			return err
		}
	}
	return nil
}
