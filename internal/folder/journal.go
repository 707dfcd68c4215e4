package folder

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// journal says which chunks of a file that is being written are on the disk. A line is "INDEX CRC32C" (hexadecimal) for a chunk that
// is, and "INDEX -" for one that is about to be written; the last line about a chunk counts. A torn last line is none.
type journal struct {
	file *os.File
	done map[int]uint32
}

func openJournal(root *os.Root, name string) (*journal, error) {
	file, err := root.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o640)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file, done: map[int]uint32{}}
	text, err := io.ReadAll(file)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	for line := range bytes.Lines(text) {
		j.read(line)
	}
	return j, nil
}

func (j *journal) read(line []byte) {
	var index int
	var crc uint32
	if n, _ := fmt.Sscanf(string(line), "%d %x\n", &index, &crc); n == 2 && line[len(line)-1] == '\n' {
		j.done[index] = crc
	} else if n == 1 {
		delete(j.done, index)
	}
}

// begin says that the bytes of a chunk are about to change.
func (j *journal) begin(index int) error {
	if _, known := j.done[index]; !known {
		return nil
	}
	delete(j.done, index)
	return j.append("%d -\n", index)
}

// end says that the bytes of a chunk are on the disk.
func (j *journal) end(index int, crc uint32) error {
	if err := j.append("%d %08x\n", index, crc); err != nil {
		return err
	}
	j.done[index] = crc
	return nil
}

func (j *journal) append(format string, args ...any) error {
	if _, err := fmt.Fprintf(j.file, format, args...); err != nil {
		return err
	}
	return j.file.Sync()
}

func (j *journal) close() error { return j.file.Close() }
