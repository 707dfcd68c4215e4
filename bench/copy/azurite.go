package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	randv2 "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// account is the storage account of Azurite, which has any that it is told.
const account = "bench"

// azurite is the source. Its containers can be read by everybody, since its own accounts know no tokens: Landbridge's calls bear one as always, which
// Azurite does not look at; rclone signs with a key of this run.
type azurite struct {
	*server
	url string // of the account
	key []byte
}

func startAzurite(command, dir string) (*azurite, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	host, port, _ := net.SplitHostPort(addr)
	a := &azurite{url: "http://" + addr + "/" + account, key: make([]byte, 64)}
	_, _ = rand.Read(a.key)
	words := append(strings.Fields(command), "--blobHost", host, "--blobPort", port, "--location", dir, "--silent", "--skipApiVersionCheck", "--disableTelemetry")
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+account+":"+base64.StdEncoding.EncodeToString(a.key))
	a.server, err = start(cmd, func() error {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			err = conn.Close()
		}
		return err
	})
	return a, err
}

// fill makes a container and its blobs, each in one request, so that Azurite keeps their MD5.
func (a *azurite) fill(s set) error {
	if err := a.put("/"+s.name, "restype:container", http.Header{"X-Ms-Blob-Public-Access": {"container"}}, nil, 0); err != nil {
		return err
	}
	var wait sync.WaitGroup
	errs := make([]error, 4)
	for w := range errs {
		wait.Go(func() {
			for i := w; i < s.objects && errs[w] == nil; i += len(errs) {
				errs[w] = a.put("/"+s.blob(i), "", http.Header{"X-Ms-Blob-Type": {"BlockBlob"}}, noise(s.name, i), s.size)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// read reads every blob of a set and throws it away: nobody copies faster than that.
func (a *azurite) read(s set) (time.Duration, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	defer client.CloseIdleConnections()
	start := time.Now()
	var wait sync.WaitGroup
	errs := make([]error, 32)
	for w := range errs {
		wait.Go(func() {
			for i := w; i < s.objects && errs[w] == nil; i += len(errs) {
				errs[w] = readOne(client, a.url+"/"+s.blob(i), s.size)
			}
		})
	}
	wait.Wait()
	return time.Since(start), errors.Join(errs...)
}

func readOne(client *http.Client, url string, size int64) error {
	resp, err := client.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || n != size {
		return fmt.Errorf("%s: %s, %d bytes of %d: %w", url, resp.Status, n, size, err)
	}
	return nil
}

// noise is the content of an object: the same in every run, and nothing that could be compressed.
func noise(name string, i int) io.Reader {
	var seed [32]byte
	copy(seed[:], name)
	binary.LittleEndian.PutUint64(seed[24:], uint64(i))
	return randv2.NewChaCha8(seed)
}

// put makes one call with the account's key. Query is NAME:VALUE or empty.
func (a *azurite) put(path, query string, h http.Header, body io.Reader, size int64) error {
	if body != nil {
		body = io.LimitReader(body, size)
	}
	req, err := http.NewRequest(http.MethodPut, a.url+path+"?"+strings.Replace(query, ":", "=", 1), body)
	if err != nil {
		return err
	}
	req.Header, req.ContentLength = h, size
	h.Set("X-Ms-Version", "2021-12-02")
	h.Set("X-Ms-Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("Authorization", "SharedKey "+account+":"+a.sign(path, query, h, size))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return fmt.Errorf("azurite answered PUT %s with %d: %s", path, resp.StatusCode, text)
	}
	return nil
}

// sign is the signature of a PUT without any of the standard headers but its length
// (https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key).
func (a *azurite) sign(path, query string, h http.Header, size int64) string {
	length := ""
	if size > 0 {
		length = strconv.FormatInt(size, 10)
	}
	lines := []string{http.MethodPut, "", "", length, "", "", "", "", "", "", "", ""}
	var own []string
	for name := range h {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-ms-") {
			own = append(own, lower+":"+h.Get(name))
		}
	}
	slices.Sort(own)
	lines = append(append(lines, own...), "/"+account+"/"+account+path)
	if query != "" {
		lines = append(lines, query)
	}
	mac := hmac.New(sha256.New, a.key)
	_, _ = io.WriteString(mac, strings.Join(lines, "\n"))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
