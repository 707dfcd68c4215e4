//go:build unix && race

package jobs

// raceDetector makes SQLite, which is Go here, some twenty times slower.
const raceDetector = true
