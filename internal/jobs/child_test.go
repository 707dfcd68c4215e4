//go:build unix

package jobs

const childEnv = "LANDBRIDGE_JOBS_CHILD"

func child() int { return 0 }
