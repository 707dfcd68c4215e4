package kubeapi

import (
	"bytes"
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// protobuf is the media type that kubectl writes, and magic the four bytes before its message.
const protobuf = "application/vnd.kubernetes.protobuf"

var (
	magic    = []byte("k8s\x00")
	errProto = errors.New("not a protobuf-encoded Kubernetes object")
)

// protoEnvelope takes Kubernetes' protobuf form apart: an envelope (runtime.Unknown) with the kind, and in it the message.
func protoEnvelope(body []byte) (apiVersion, kind string, message []byte, err error) {
	envelope, ok := bytes.CutPrefix(body, magic)
	if !ok {
		return "", "", nil, errProto
	}
	err = eachField(envelope, func(n protowire.Number, value []byte, _ uint64) error {
		switch n {
		case 1: // TypeMeta
			return eachField(value, func(n protowire.Number, value []byte, _ uint64) error {
				switch n {
				case 1:
					apiVersion = string(value)
				case 2:
					kind = string(value)
				}
				return nil
			})
		case 2:
			message = value
		}
		return nil
	})
	return apiVersion, kind, message, err
}

// protoTokenRequest reads a TokenRequest. Unknown fields are skipped, as protobuf wants it.
func protoTokenRequest(body []byte) (in tokenRequest, err error) {
	var message []byte
	if in.APIVersion, in.Kind, message, err = protoEnvelope(body); err != nil {
		return in, err
	}
	return in, eachField(message, func(n protowire.Number, value []byte, _ uint64) error {
		if n != 2 { // the spec is all that a caller says
			return nil
		}
		return in.Spec.unmarshalProto(value)
	})
}

func (s *tokenRequestSpec) unmarshalProto(body []byte) error {
	return eachField(body, func(n protowire.Number, value []byte, number uint64) error {
		switch n {
		case 1:
			s.Audiences = append(s.Audiences, string(value))
		case 3:
			s.BoundObjectRef = &boundsRef{}
			return s.BoundObjectRef.unmarshalProto(value)
		case 4:
			seconds := int64(number) // protobuf's int64 is two's complement in a varint
			s.ExpirationSeconds = &seconds
		}
		return nil
	})
}

func (b *boundsRef) unmarshalProto(body []byte) error {
	return eachField(body, func(n protowire.Number, value []byte, _ uint64) error {
		switch n {
		case 1:
			b.Kind = string(value)
		case 2:
			b.APIVersion = string(value)
		case 3:
			b.Name = string(value)
		case 4:
			b.UID = string(value)
		}
		return nil
	})
}

// eachField goes over the fields of a message: bytes of a length-delimited one, the number of a varint.
func eachField(body []byte, visit func(protowire.Number, []byte, uint64) error) error {
	for len(body) > 0 {
		number, kind, n := protowire.ConsumeTag(body)
		if n < 0 {
			return errProto
		}
		body = body[n:]
		var value []byte
		var varint uint64
		switch kind {
		case protowire.BytesType:
			value, n = protowire.ConsumeBytes(body)
		case protowire.VarintType:
			varint, n = protowire.ConsumeVarint(body)
		default:
			n = protowire.ConsumeFieldValue(number, kind, body)
		}
		if n < 0 {
			return errProto
		}
		body = body[n:]
		if err := visit(number, value, varint); err != nil {
			return err
		}
	}
	return nil
}
