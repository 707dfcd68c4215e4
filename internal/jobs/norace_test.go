//go:build unix && !race

package jobs

const raceDetector = false
