// Command injection trains the models of internal/inspect/injection.
//
//	go run ./train/injection --data DIR --out FILE
//
// DIR holds injection.jsonl and pii.jsonl (see MODEL.md for what they are made of). The weights go to FILE, the measured table to standard
// output. The same data give the same bytes.
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
	scores := flag.String("scores", "", "file for what each held-out row scored: id, whole, part")
	flag.Parse()
	if err := run(*data, *out, *scores, *leave); err != nil {
		fmt.Fprintln(os.Stderr, "injection:", err)
		os.Exit(1)
	}
}
