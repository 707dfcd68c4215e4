package structure

import (
	"archive/zip"
	"errors"
	"io"
)

// pytorch judges the zip that torch.save writes since 1.6. The older form, a pickle, says nothing of itself.
func pytorch(f *file) error {
	head, err := f.at(0, min(f.size, 4), "the magic")
	if err != nil {
		return err
	}
	if len(head) > 0 && head[0] == 0x80 { // the pickle protocol's first byte
		return nil
	}
	return zipped(f)
}

// zipped reads the central directory and looks for each file's own header where the directory says it is.
func zipped(f *file) error {
	archive, err := zip.NewReader(f, f.size)
	if errors.Is(err, zip.ErrFormat) || errors.Is(err, zip.ErrAlgorithm) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return bad("it has no central directory: cut off, or not one")
	}
	if err != nil {
		return err
	}
	for _, member := range archive.File {
		offset, err := member.DataOffset()
		switch {
		case errors.Is(err, zip.ErrFormat), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return bad("%q is not where the directory says", member.Name)
		case err != nil:
			return err
		case offset+int64(member.CompressedSize64) > f.size:
			return bad("%q would end at %d of %d bytes", member.Name, offset+int64(member.CompressedSize64), f.size)
		}
	}
	return nil
}
