package kubeapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

func message(fields ...[]byte) []byte {
	var out []byte
	for _, f := range fields {
		out = append(out, f...)
	}
	return out
}

func lengths(n protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), value)
}

func varint(n protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), value)
}

func protoSample() []byte {
	spec := message(lengths(1, []byte("a")), lengths(1, []byte("b")), varint(4, 600),
		lengths(3, message(lengths(1, []byte("Pod")), lengths(2, []byte("v1")), lengths(3, []byte("p")), lengths(4, []byte("u")))))
	meta := message(lengths(1, []byte("authentication.k8s.io/v1")), lengths(2, []byte("TokenRequest")))
	return append([]byte("k8s\x00"), message(lengths(1, meta), lengths(2, message(lengths(1, nil), lengths(2, spec), lengths(3, nil))))...)
}

func TestProtoTokenRequest(t *testing.T) {
	t.Parallel()
	got, err := protoTokenRequest(protoSample())
	if err != nil {
		t.Fatal(err)
	}
	seconds := int64(600)
	want := tokenRequest{Kind: "TokenRequest", APIVersion: "authentication.k8s.io/v1", Spec: tokenRequestSpec{
		Audiences: []string{"a", "b"}, ExpirationSeconds: &seconds,
		BoundObjectRef: &boundsRef{Kind: "Pod", APIVersion: "v1", Name: "p", UID: "u"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func FuzzProtoTokenRequest(f *testing.F) {
	sample := protoSample()
	f.Add(sample)
	f.Add(sample[:len(sample)-3])
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := protoTokenRequest(body)
		if err == nil && len(body) < 4 {
			t.Errorf("%d bytes were taken for a TokenRequest of kind %q", len(body), in.Kind)
		}
	})
}
