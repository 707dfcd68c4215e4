package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// cpu is the time that a process and its children have spent, from fields 14 and 15 of /proc/PID/stat, in ticks of 10 ms.
func cpu(pid int) (total time.Duration) {
	for _, pid := range family(pid) {
		b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue
		}
		f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		user, _ := strconv.Atoi(f[11])
		system, _ := strconv.Atoi(f[12])
		total += time.Duration(user+system) * 10 * time.Millisecond
	}
	return total
}

// resident is the memory of a process and its children in MiB: all of it, and without pages of files, which the program itself
// mostly is and which the system takes back when it needs them.
func resident(pid int) (all, own float64) {
	for _, pid := range family(pid) {
		b, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		for line := range strings.Lines(string(b)) {
			var kib float64
			if _, err := fmt.Sscanf(line, "VmRSS: %f", &kib); err == nil {
				all += kib / 1024
			}
			if _, err := fmt.Sscanf(line, "RssAnon: %f", &kib); err == nil {
				own += kib / 1024
			}
		}
	}
	return all, own
}

// family is a process and what it has started.
func family(pid int) []int {
	if pid == 0 {
		return nil
	}
	out := []int{pid}
	p := strconv.Itoa(pid)
	b, _ := os.ReadFile("/proc/" + p + "/task/" + p + "/children")
	for _, text := range strings.Fields(string(b)) {
		if c, err := strconv.Atoi(text); err == nil {
			out = append(out, family(c)...)
		}
	}
	return out
}
