// Command goclient calls Vertex AI and Entra with the official Go clients, once for each case named on the command line, or
// with -every again and again until it is ended.
//
// One JSON line per case goes to stdout: the answer, which names the caller. Nothing of a token is ever printed: only its
// SHA-256 and the claims that say whose it is. No case knows how the credentials come about: that is what is tested.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"
)

const (
	prompt        = "Summarize this report in 5 bullet points"
	cloudPlatform = "https://www.googleapis.com/auth/cloud-platform"
)

var cases = map[string]func(context.Context) (string, error){
	"auth":           goAuth,
	"oauth2":         oauth2Google,
	"genai":          genAI,
	"predict-grpc":   predictGRPC,
	"azure-workload": azureWorkload,
	"azure-managed":  azureManaged,
}

func main() {
	every := flag.Duration("every", 0, "call again after this time, with new clients; 0 is never")
	flag.Parse()
	for {
		if err := round(flag.Args()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if *every == 0 {
			return
		}
		time.Sleep(*every)
	}
}

// round runs each case once.
func round(names []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for _, name := range names {
		call, ok := cases[name]
		if !ok {
			return fmt.Errorf("no case %q", name)
		}
		answer, err := call(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		line, err := json.Marshal(map[string]string{"case": name, "answer": answer})
		if err != nil {
			return err
		}
		fmt.Println(string(line))
	}
	return nil
}

func location() string {
	if l := os.Getenv("GOOGLE_CLOUD_LOCATION"); l != "" {
		return l
	}
	return "us-central1"
}

func baseURL() string {
	if u := os.Getenv("GOOGLE_VERTEX_BASE_URL"); u != "" {
		return u
	}
	return "https://" + location() + "-aiplatform.googleapis.com"
}

func endpoint() string {
	return fmt.Sprintf("projects/%s/locations/%s/endpoints/%s", os.Getenv("GOOGLE_CLOUD_PROJECT"), location(), os.Getenv("LB_ENDPOINT_ID"))
}
