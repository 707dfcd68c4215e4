package jobs

import (
	"context"
	"fmt"
	"strconv"

	"github.com/landbridge/landbridge/internal/bridge"
)

// version of the tables: ours, and River's that go with them. A change of either is a step in migrations and a new version.
const version = 2

// migrations[v] brings version v to v+1, after River's own.
var migrations = [version][]string{
	{
		`CREATE TABLE runs (
			id text PRIMARY KEY, act text NOT NULL, dataset text NOT NULL, schedule text NOT NULL, spec text NOT NULL, state text NOT NULL,
			parallel bigint NOT NULL, last text NOT NULL, finishing boolean NOT NULL,
			added bigint NOT NULL, open bigint NOT NULL, done bigint NOT NULL, failed bigint NOT NULL,
			planned_objects bigint NOT NULL, planned_bytes bigint NOT NULL, objects bigint NOT NULL, bytes bigint NOT NULL,
			retries bigint NOT NULL, damaged bigint NOT NULL,
			error text NOT NULL, result text NOT NULL, created bigint NOT NULL, started bigint NOT NULL, ended bigint NOT NULL)`,
		`CREATE UNIQUE INDEX runs_one_at_a_time ON runs (dataset, act) WHERE state IN ('queued', 'running', 'paused')`,
		`CREATE INDEX runs_ended ON runs (ended)`,
		`CREATE TABLE pages (
			run text NOT NULL, number bigint NOT NULL, kind text NOT NULL, body bytea NOT NULL, result bytea NOT NULL, state text NOT NULL,
			ticket bigint NOT NULL, attempts bigint NOT NULL, excused bigint NOT NULL, worker text NOT NULL, error text NOT NULL,
			planned_objects bigint NOT NULL, planned_bytes bigint NOT NULL, objects bigint NOT NULL, bytes bigint NOT NULL,
			retries bigint NOT NULL, damaged bigint NOT NULL,
			started bigint NOT NULL, ended bigint NOT NULL, PRIMARY KEY (run, number))`,
		`CREATE INDEX pages_state ON pages (run, state, number)`,
		`CREATE TABLE run_values (run text NOT NULL, key text NOT NULL, value bytea NOT NULL, sealed boolean NOT NULL, PRIMARY KEY (run, key))`,
		`CREATE TABLE workers (id text PRIMARY KEY, seen bigint NOT NULL)`,
		`CREATE TABLE schedules (name text PRIMARY KEY, expression text NOT NULL, next bigint NOT NULL, last bigint NOT NULL, last_run text NOT NULL)`,
		`CREATE TABLE schema_version (version bigint NOT NULL)`,
		`INSERT INTO schema_version (version) VALUES (0)`,
	},
	{
		`ALTER TABLE runs ADD COLUMN alone text NOT NULL DEFAULT ''`,
		`ALTER TABLE runs ADD COLUMN told boolean NOT NULL DEFAULT true`,
		`ALTER TABLE runs ADD COLUMN telling bigint NOT NULL DEFAULT 0`,
		`CREATE UNIQUE INDEX runs_alone ON runs (alone) WHERE alone <> '' AND state IN ('queued', 'running', 'paused')`,
		`CREATE UNIQUE INDEX runs_one_waits ON runs (dataset, act) WHERE state = 'waiting'`,
		`CREATE INDEX runs_untold ON runs (id) WHERE NOT told`,
		`CREATE TABLE memories (key text PRIMARY KEY, value bytea NOT NULL)`,
	},
}

// migrate brings our tables from a version to this one.
func migrate(ctx context.Context, tx transaction, from int64) error {
	for _, step := range migrations[from:] {
		for _, sql := range step {
			if _, err := tx.exec(ctx, sql); err != nil {
				return fmt.Errorf("migration to version %d: %w", from+1, err)
			}
		}
	}
	_, err := tx.exec(ctx, `UPDATE schema_version SET version = $1`, int64(version))
	return err
}

// checkVersion refuses the tables of a newer program.
func checkVersion(found int64) error {
	if found <= version {
		return nil
	}
	return &bridge.Error{
		Kind: bridge.Usage, Hop: bridge.HopJobs, Code: CodeNewer,
		Text: "the job database has version " + strconv.FormatInt(found, 10) + ", and this program knows versions up to " + strconv.Itoa(version),
		Hint: "run the newer landbridge that made it, on every machine",
	}
}
