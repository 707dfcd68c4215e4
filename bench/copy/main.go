// Command copy measures what a copy costs: "landbridge dataset sync" as it is built, from Azurite to the sandbox's strict Cloud Storage, beside
// rclone.
//
// Everything runs on loopback and in one run. Azurite is started by its address and keeps the data, which is made here and cannot be compressed;
// each run has a fresh sandbox for its target, so that none inherits the memory of another. Landbridge and rclone take turns, round by round, so that
// a machine that is busy with other things is unfair to both alike. A run is the whole process, from its start to its end: with job engine, manifest,
// signature and audit log for Landbridge. Of each setting the fastest run counts, and the most memory of any.
//
// Listings of a million objects are served by this program in a process of its own.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

type options struct {
	landbridge, azurite, rclone, work, only string

	rounds                         int
	smallObjects, largeObjects     int
	smallSize, largeSize           int64
	objects                        int
	transfersSmall, transfersLarge string
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		exit(serveListings())
	}
	var o options
	flag.StringVar(&o.landbridge, "landbridge", "../bin/landbridge", "the program to measure")
	flag.StringVar(&o.azurite, "azurite", "", `how Azurite's Blob service is started: "node DIR/node_modules/azurite/dist/src/blob/main.js"`)
	flag.StringVar(&o.rclone, "rclone", "", "the peer; without one only Landbridge is measured")
	flag.StringVar(&o.work, "work", "", "directory for the data of Azurite, which takes their size; a temporary one when empty")
	flag.StringVar(&o.only, "only", "small,large,repair,verify,plan", "what is measured")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds for each setting")
	flag.IntVar(&o.smallObjects, "small", 2000, "small objects")
	flag.Int64Var(&o.smallSize, "small-bytes", 64<<10, "size of each")
	flag.IntVar(&o.largeObjects, "large", 4, "large objects")
	flag.Int64Var(&o.largeSize, "large-bytes", 512<<20, "size of each")
	flag.StringVar(&o.transfersSmall, "transfers-small", "4,8,16,32,64", "settings of rclone --transfers for small objects")
	flag.StringVar(&o.transfersLarge, "transfers-large", "1,2", "the same for large ones")
	flag.IntVar(&o.objects, "objects", 1_000_000, "objects of the listings that are verified and planned")
	flag.Parse()
	exit(run(o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "copy:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// What is measured.
var (
	copies   = []string{"small", "large", "repair"} // bytes, from Azurite
	listings = []string{"verify", "plan"}           // names alone
)

func run(o options) (err error) {
	dir := o.work
	if dir == "" {
		if dir, err = os.MkdirTemp("", "bench-copy-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if o.landbridge, err = filepath.Abs(o.landbridge); err != nil {
		return err
	}
	wanted := strings.Split(o.only, ",")
	for _, w := range wanted {
		if !slices.Contains(copies, w) && !slices.Contains(listings, w) {
			return fmt.Errorf("%q is nothing to measure", w)
		}
	}
	fmt.Printf("%s, load %s\n", time.Now().UTC().Format(time.DateOnly), load())
	if slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(copies, w) }) {
		err = runCopies(o, dir, wanted)
	}
	if slices.ContainsFunc(wanted, func(w string) bool { return slices.Contains(listings, w) }) {
		err = errors.Join(err, runListings(o, dir, wanted))
	}
	return err
}

func runCopies(o options, dir string, wanted []string) error {
	if o.azurite == "" {
		return errors.New("-azurite says how the source is started")
	}
	source, err := startAzurite(o.azurite, filepath.Join(dir, "azurite"))
	if err != nil {
		return err
	}
	defer source.stop()
	sets := map[string]set{
		"small": {"small", o.smallObjects, o.smallSize, o.transfersSmall},
		"large": {"large", o.largeObjects, o.largeSize, o.transfersLarge},
	}
	for _, name := range []string{"small", "large"} {
		if !slices.Contains(wanted, name) {
			continue
		}
		s := sets[name]
		if err := source.fill(s); err != nil {
			return err
		}
		if err := compare(o, dir, source, s); err != nil {
			return err
		}
	}
	if !slices.Contains(wanted, "repair") {
		return nil
	}
	one := set{name: "one", objects: 1, size: o.largeSize}
	if err := source.fill(one); err != nil {
		return err
	}
	return repair(o, dir, source, one)
}

// set is data of one kind.
type set struct {
	name      string // of the container
	objects   int
	size      int64  // of each
	transfers string // settings of the peer
}

func (s set) bytes() int64 { return int64(s.objects) * s.size }

// blob is the path of an object in its account.
func (s set) blob(i int) string { return fmt.Sprintf("%s/shard-%05d.bin", s.name, i) }
