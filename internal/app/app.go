// Package app is the assembly: it turns a configuration into routes and running doors, and is the one place where a shore
// meets a door.
//
// A configuration and the operating system's clock and environment enter; running doors, tokens and reports leave. It
// holds no rule of its own about tokens, and prints nothing: that is the command line's.
package app
