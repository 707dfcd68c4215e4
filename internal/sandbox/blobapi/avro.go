package blobapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// feedSchema is that of the change feed's records, as much of it as is written here.
const feedSchema = `{"type":"record","name":"BlobChangeEvent","namespace":"com.microsoft.azure.storage.blobs.changefeed","fields":[` +
	`{"name":"schemaVersion","type":"int"},{"name":"topic","type":"string"},{"name":"subject","type":"string"},` +
	`{"name":"eventType","type":{"type":"enum","name":"BlobChangeEventType","symbols":["UnspecifiedEventType","BlobCreated","BlobDeleted"]}},` +
	`{"name":"eventTime","type":"string"},{"name":"id","type":"string"},` +
	`{"name":"data","type":{"type":"record","name":"BlobChangeEventData","fields":[{"name":"api","type":"string"},{"name":"etag","type":"string"},` +
	`{"name":"contentLength","type":["null","long"]},{"name":"blobType","type":"string"},{"name":"storageDiagnostics","type":{"type":"map","values":"string"}}]}}]}`

// avro writes values as Apache Avro 1.11 encodes them.
type avro struct{ bytes.Buffer }

func (a *avro) long(n int64) { _, _ = a.Write(binary.AppendVarint(nil, n)) } // zig-zag, as Go's

func (a *avro) text(s string) {
	a.long(int64(len(s)))
	_, _ = a.WriteString(s)
}

// object is an object container file of one block, without compression.
func object(schema string, records int, data []byte) []byte {
	var a avro
	sync := sha256.Sum256(data)
	_, _ = a.WriteString("Obj\x01")
	a.long(2)
	a.text("avro.schema")
	a.text(schema)
	a.text("avro.codec")
	a.text("null")
	a.long(0)
	_, _ = a.Write(sync[:16])
	a.long(int64(records))
	a.long(int64(len(data)))
	_, _ = a.Write(data)
	_, _ = a.Write(sync[:16])
	return a.Bytes()
}
