// Command injection trains the models of internal/inspect/injection.
//
//	go run ./train/injection --data DIR --out FILE
//
// DIR holds injection.jsonl, pii.jsonl and toxicity.jsonl (MODEL.md says what they are made of). The weights go to FILE,
// what was measured to standard output. The same data and the same version of Go give the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	data := flag.String("data", "", "folder of the labelled data")
	out := flag.String("out", "", "file for the weights; none when empty")
	leave := flag.Bool("leave-out", false, "also leave each kind of source out and measure on it")
	flag.Parse()
	if err := run(*data, *out, *leave); err != nil {
		fmt.Fprintln(os.Stderr, "injection:", err)
		os.Exit(1)
	}
}
