package jobs

import (
	"context"
	"errors"
	"strconv"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/landbridge/landbridge/internal/bridge"
)

// Codes of the errors on which callers act.
const (
	CodeRunning  = "run_exists"        // another run of the same act and dataset has not ended; Text has its id
	CodeNotFound = "run_not_found"     //
	CodeState    = "run_state"         // not possible in the state in which the run is
	CodeDone     = "page_already_done" // somebody else has completed the page; what the caller made is not counted
	CodeLost     = "page_lost"         // the page is no longer the caller's: its run was paused or cancelled, or somebody else has it
	CodeOwned    = "jobs_owned"        // another process works in the directory
	CodeNewer    = "jobs_schema_newer" //
	CodeNoKey    = "jobs_no_key"       // a secret was to be stored or read without a key, or with another one
	CodeFull     = "jobs_no_space"     //
	CodeDatabase = "jobs_database"     // the database does not answer, or refuses
)

func usage(code, text string) *bridge.Error {
	return &bridge.Error{Kind: bridge.Usage, Hop: bridge.HopJobs, Code: code, Text: text}
}

// codeOf is the code of a bridge.Error, "" of any other.
func codeOf(err error) string {
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		return e.Code
	}
	return ""
}

func lost(p place) *bridge.Error {
	return &bridge.Error{Kind: bridge.Fault, Hop: bridge.HopJobs, Code: CodeLost, Text: p.String() + " is no longer this worker's"}
}

func (p place) String() string { return "page " + strconv.FormatInt(p.page, 10) + " of run " + p.run }

func quote(s string) string { return strconv.Quote(s) }

// broken is what callers are told of a database's error. The database's own words are for operators.
func broken(err error) error {
	if err == nil || codeOf(err) != "" || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	e := unreachable(err)
	if file, ok := errors.AsType[*sqlite.Error](err); ok {
		explainFile(e, file.Code()&0xff)
	}
	return e
}

func unreachable(err error) *bridge.Error {
	return &bridge.Error{
		Kind: bridge.Unreachable, Hop: bridge.HopJobs, Code: CodeDatabase, Retry: true, Text: "the job database does not answer", Cause: err,
	}
}

// explainFile says what SQLite's primary result code means.
func explainFile(e *bridge.Error, code int) {
	switch code {
	case sqlite3.SQLITE_FULL:
		e.Code, e.Text, e.Hint = CodeFull, "there is no room for the job database", "free some space where it lies; what was begun goes on then"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		e.Text = "the job database is busy: another process writes to it for longer than five seconds"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		e.Kind, e.Retry = bridge.Usage, false
		e.Text, e.Hint = "the job database cannot be written", "make its directory writable for this user"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		e.Kind, e.Retry = bridge.Fault, false
		e.Text, e.Hint = "the job database is damaged", "move the directory away and start anew: finished copies are found again in the store"
	}
}

// explainServer says what a SQLSTATE of PostgreSQL means (its manual, appendix A).
func explainServer(e *bridge.Error, state string) {
	switch state {
	case "42501":
		e.Kind, e.Retry = bridge.Denied, false
		e.Text, e.Hint = "the role may not make or use the tables of the job database", "CREATE SCHEMA "+schema+" AUTHORIZATION its role"
	case "28P01", "28000":
		e.Kind, e.Retry = bridge.Denied, false
		e.Text, e.Hint = "the job database refuses the user or its password", "see the connection string"
	case "3D000":
		e.Kind, e.Retry = bridge.Usage, false
		e.Text, e.Hint = "there is no such job database", "make it with createdb, or see the connection string"
	case "53100":
		e.Code, e.Text, e.Hint = CodeFull, "there is no room for the job database", "free some space where it lies; what was begun goes on then"
	}
}
