package vertex

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// newTransport makes the connections of answers that may be long: HTTP/2 with pings over TLS, else a dead connection
// would hang until the idle timeout; HTTP/1.1 in clear on loopback. No time limit on the whole, no decompression.
func newTransport(o Options) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.RootCAs},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  o.FirstByteTimeout,
		MaxIdleConnsPerHost:    512, // 2 by default: the third caller would pay for a handshake each time
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		DisableCompression:     true,
		Protocols:              protocols,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 31 * time.Second, PingTimeout: 15 * time.Second},
	}
}
