package metadata

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/landbridge/landbridge/internal/bridge"
)

// page answers with the error page of Google's servers, without its pictures.
func (s *Server) page(w http.ResponseWriter, status int, sentence string) {
	w.Header()["Content-Type"] = s.header.html
	w.WriteHeader(status)
	code, name := strconv.Itoa(status), http.StatusText(status)
	_, _ = w.Write([]byte("<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n" +
		"  <meta name=viewport content=\"initial-scale=1, minimum-scale=1, width=device-width\">\n" +
		"  <title>Error " + code + " (" + name + ")!!1</title>\n" +
		"  <p><b>" + code + ".</b> <ins>That’s an error.</ins>\n" +
		"  <p>" + sentence + "  <ins>That’s all we know.</ins>\n"))
}

// json answers with an OAuth error, which SDKs print whole.
func (s *Server) json(w http.ResponseWriter, status int, code, text string) {
	b := appendQuoted([]byte(`{"error":`), code)
	b = appendQuoted(append(b, `,"error_description":`...), text)
	w.Header()["Content-Type"] = s.header.json
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '}', '\n'))
}

func asError(err error) (*bridge.Error, bool) { return errors.AsType[*bridge.Error](err) }
