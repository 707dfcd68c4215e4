package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// world is the sandbox, which stands for everything round the gateway but Vertex AI: the cluster, and Google's exchanges.
type world struct {
	program, dir string
	issuer       string // of the pod's token
	token        string // the pod's
	stops        []func()
}

// patience is how long a process may take to answer.
const patience = 20 * time.Second

func newWorld(program, dir string) (*world, error) {
	w := &world{program: program, dir: dir}
	if err := w.run(exec.Command(program, "sandbox", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0")); err != nil {
		return nil, err
	}
	var told struct {
		Profile struct {
			Azure struct {
				ClusterIssuer string `json:"cluster_issuer"`
			} `json:"azure"`
		} `json:"profile"`
		TokenFile string `json:"token_file"`
	}
	err := until(func() error {
		data, err := os.ReadFile(filepath.Join(dir, "state", "sandbox.json"))
		if err == nil {
			err = json.Unmarshal(data, &told)
		}
		return err
	})
	if err != nil {
		w.stop()
		return nil, fmt.Errorf("the sandbox does not answer: %w", err)
	}
	token, err := os.ReadFile(told.TokenFile)
	w.issuer, w.token = told.Profile.Azure.ClusterIssuer, strings.TrimSpace(string(token))
	return w, err
}

// run starts a process that ends with this program.
func (w *world) run(cmd *exec.Cmd) error {
	cmd.Env = []string{"HOME=" + w.dir, "LANDBRIDGE_STATE_DIR=" + filepath.Join(w.dir, "state"), "PATH=" + os.Getenv("PATH")}
	log, err := os.OpenFile(filepath.Join(w.dir, "stderr.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return err
	}
	w.stops = append(w.stops, func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	return nil
}

func (w *world) stop() {
	for i := len(w.stops) - 1; i >= 0; i-- {
		w.stops[i]()
	}
}

// serving is a process of ours: its doors, and its id.
type serving struct {
	addr, admin string
	pid         int
}

// gateway serves the door under one guard profile, each in a process with an audit log of its own.
func (w *world) gateway(name, profile, upstream string) (g serving, err error) {
	addr, err := freeAddress()
	if err != nil {
		return g, err
	}
	admin, err := freeAddress()
	if err != nil {
		return g, err
	}
	path := filepath.Join(w.dir, name+".yaml")
	text := fmt.Sprintf(configuration, addr, w.issuer, admin, filepath.Join(w.dir, name+".jsonl"), profile)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return g, err
	}
	cmd := exec.Command(w.program, "serve", "--sandbox", "--config", path, "--set", "to_google.endpoints.aiplatform=http://"+upstream)
	if err := w.run(cmd); err != nil {
		return g, err
	}
	err = until(func() error {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			err = conn.Close()
		}
		return err
	})
	if err != nil {
		said, _ := os.ReadFile(filepath.Join(w.dir, "stderr.log"))
		return g, errors.Join(fmt.Errorf("landbridge serve does not answer: %s", said), err)
	}
	return serving{addr: addr, admin: admin, pid: cmd.Process.Pid}, nil
}

const configuration = `version: 1
doors:
  gateway:
    listen: %s
    loopback: bench
    callers: [{name: aks, issuer: %q}]
  admin: {listen: %s, profiling: true}
policy:
  rules:
    - {name: bench, workloads: [loopback/bench, "aks/*"], methods: [generateContent, streamGenerateContent], models: ["google/*"], locations: [europe-west4]}
audit: {file: %s}
guard:
  profiles:
    - name: standard
%s`

// The two guards: nothing, and every default with what is off by default too.
const (
	nothing = `
      personal_data: {action: keep, answers: false}
      injection: {action: "off"}
      answers: {safety: "OFF", toxicity: "off", links: "off"}
`
	everything = `
      injection: {canary: true}
`
)

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func until(done func() error) (err error) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if err = done(); err == nil {
			return nil
		}
	}
	return err
}
