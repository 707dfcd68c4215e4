package certificate_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"maps"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/landbridge/landbridge/internal/bridge"
	"github.com/landbridge/landbridge/internal/webhook/certificate"
)

const name = "landbridge-webhook.landbridge.svc"

// cluster is a Secret and a configuration, as all replicas see them.
type cluster struct {
	mu      sync.Mutex
	data    map[string][]byte
	version int
	saves   int
	trusted []byte
	down    error // of every call
	deaf    error // of Apply
}

func (c *cluster) Load(context.Context) (map[string][]byte, string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.version == 0 || c.down != nil {
		return nil, "", c.down
	}
	return maps.Clone(c.data), strconv.Itoa(c.version), nil
}

func (c *cluster) Save(_ context.Context, data map[string][]byte, version string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := ""
	if c.version > 0 {
		now = strconv.Itoa(c.version)
	}
	if version != now {
		return &bridge.Error{Kind: bridge.Unreachable, Code: certificate.CodeConflict, Text: "somebody else was faster"}
	}
	c.data, c.version, c.saves = maps.Clone(data), c.version+1, c.saves+1
	return c.down
}

func (c *cluster) Apply(_ context.Context, authorities []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.down, c.deaf); err != nil {
		return err
	}
	c.trusted = authorities
	return nil
}

func (c *cluster) set(change func(*cluster)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c)
}

// check says whether an API server of this cluster would take the certificate that is served now.
func (c *cluster) check(t *testing.T, o *certificate.Own) *tls.Certificate {
	t.Helper()
	served, err := o.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.trusted)
	if _, err := served.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: time.Now()}); err != nil {
		t.Fatalf("at %v: %v", time.Now(), err)
	}
	return served
}

// start runs a replica that looks after its certificate every so often.
func start(t *testing.T, c *cluster, every time.Duration, names ...string) *certificate.Own {
	t.Helper()
	if names == nil {
		names = []string{name}
	}
	o, err := certificate.NewOwn(certificate.OwnOptions{Store: c, Bundle: c, Names: names, Clock: time.Now, Every: every, Settle: 2 * every})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
	return o
}

// Two replicas share a certificate through a year of renewals, and at no time serve one that the cluster does not trust.
func TestRenewal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{}
		one, two := start(t, c, 6*time.Hour), start(t, c, 6*time.Hour)
		renewals, last := 0, c.check(t, one)
		if !last.Leaf.Equal(c.check(t, two).Leaf) {
			t.Error("two replicas serve two certificates")
		}
		for range 365 * 4 {
			time.Sleep(6 * time.Hour)
			synctest.Wait()
			now := c.check(t, one)
			c.check(t, two)
			if !now.Leaf.Equal(last.Leaf) {
				if left := time.Until(last.Leaf.NotAfter); left < 29*24*time.Hour || left > 31*24*time.Hour {
					t.Errorf("renewed with %v left", left)
				}
				renewals, last = renewals+1, now
			}
		}
		if renewals != 6 { // 365 days, one each 60
			t.Errorf("%d renewals in a year", renewals)
		}
		if n := strings.Count(string(c.trusted), "BEGIN CERTIFICATE"); n > 2 {
			t.Errorf("%d authorities are trusted", n)
		}
		for key, value := range c.data {
			if strings.Count(string(value), "PRIVATE KEY-----") > 2 || key == "ca.key" {
				t.Errorf("the secret's %s holds an authority's key", key)
			}
		}
	})
}

// The cluster hears of an authority before its certificate is served, however long that takes.
func TestTrustComesFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{}
		o := start(t, c, time.Hour)
		first := c.check(t, o)
		c.set(func(c *cluster) { c.deaf = errors.New("forbidden") })
		time.Sleep(70 * 24 * time.Hour)
		synctest.Wait()
		if !c.check(t, o).Leaf.Equal(first.Leaf) {
			t.Error("a certificate is served that the cluster was not told of")
		}
		c.set(func(c *cluster) { c.deaf = nil })
		time.Sleep(90 * time.Minute)
		synctest.Wait()
		if !c.check(t, o).Leaf.Equal(first.Leaf) {
			t.Error("the new certificate is served before every API server can have heard of it")
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if c.check(t, o).Leaf.Equal(first.Leaf) {
			t.Error("the old certificate is still served")
		}
	})
}

func TestWhatCanGoWrong(t *testing.T) {
	t.Parallel()
	t.Run("the cluster is away at the start", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := &cluster{down: errors.New("connection refused")}
			o := start(t, c, time.Minute)
			if _, err := o.Certificate(); err == nil || !strings.Contains(err.Error(), "connection refused") {
				t.Errorf("err = %v", err)
			}
			c.set(func(c *cluster) { c.down = nil })
			time.Sleep(3 * time.Second)
			synctest.Wait()
			c.check(t, o)
		})
	})
	t.Run("the secret is spoiled, or emptied", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := &cluster{}
			o := start(t, c, time.Minute)
			for _, spoil := range []map[string][]byte{{"tls.crt": []byte("x"), "tls.key": []byte("y"), "ca.crt": []byte("z")}, {}} {
				c.set(func(c *cluster) { c.data, c.version = spoil, c.version+1 })
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				c.check(t, o)
			}
		})
	})
	t.Run("the secret holds something else", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := &cluster{data: map[string][]byte{"password": []byte("p")}, version: 1}
			o := start(t, c, time.Minute)
			_, err := o.Certificate()
			if err == nil || bridge.HintOf(err) != "name another secret in doors.webhook.secret, or remove that key" || c.saves != 0 {
				t.Errorf("err = %v after %d saves", err, c.saves)
			}
		})
	})
	t.Run("the trust is overwritten", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := &cluster{}
			o := start(t, c, time.Minute)
			c.set(func(c *cluster) { c.trusted = nil })
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			c.check(t, o)
		})
	})
	t.Run("the service has another name now", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := &cluster{}
			start(t, c, time.Minute, "old.landbridge.svc")
			c.check(t, start(t, c, time.Minute))
		})
	})
	t.Run("the cluster slept for a year", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c := &cluster{}
			o := start(t, c, time.Hour)
			c.set(func(c *cluster) { c.down = errors.New("asleep") })
			time.Sleep(365 * 24 * time.Hour)
			c.set(func(c *cluster) { c.down = nil })
			time.Sleep(2 * time.Hour)
			synctest.Wait()
			c.check(t, o)
		})
	})
}

func TestOwnOptionsAreChecked(t *testing.T) {
	t.Parallel()
	if _, err := certificate.NewOwn(certificate.OwnOptions{}); err == nil {
		t.Error("nothing is needed")
	}
}
