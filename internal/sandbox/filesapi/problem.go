package filesapi

import (
	"encoding/xml"
	"fmt"
	"net/http"
)

// Problem is a refusal of Azure Files. Detail is its AuthenticationErrorDetail.
type Problem struct {
	Status                int
	Code, Message, Detail string
	name, value           string // of the header or parameter that is wrong
	query                 bool   // it is a parameter
}

func problem(status int, code, message string) *Problem {
	return &Problem{Status: status, Code: code, Message: message}
}

func invalidHeader(name, value string) *Problem {
	p := problem(http.StatusBadRequest, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.")
	p.name, p.value = name, value
	return p
}

func missingHeader(name string) *Problem {
	p := problem(http.StatusBadRequest, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.")
	p.name = name
	return p
}

func invalidQuery(code, name, value string) *Problem {
	p := problem(http.StatusBadRequest, code, "Value for one of the query parameters specified in the request URI is invalid.")
	if code == "OutOfRangeQueryParameterValue" {
		p.Message = "One of the query parameters specified in the request URI is outside the permissible range."
	}
	p.name, p.value, p.query = name, value, true
	return p
}

func notPretended(r *http.Request) *Problem {
	return problem(http.StatusNotImplemented, "NotImplemented", "The sandbox does not pretend "+r.Method+" "+r.URL.Path+". The real API may know it.")
}

func noShare() *Problem {
	return problem(http.StatusNotFound, "ShareNotFound", "The specified share does not exist.")
}

func nothing() *Problem {
	return problem(http.StatusNotFound, "ResourceNotFound", "The specified resource does not exist.")
}

func noParent() *Problem {
	return problem(http.StatusNotFound, "ParentNotFound", "The specified parent path does not exist.")
}

func wrongType() *Problem {
	return problem(http.StatusConflict, "ResourceTypeMismatch", "The specified resource type does not match the type of the existing resource.")
}

// refuse writes a problem. An answer to HEAD has the code in a header only.
func (c *call) refuse(p *Problem) {
	c.rw.Header().Set("x-ms-error-code", p.Code)
	if c.r.Method == http.MethodHead {
		c.rw.WriteHeader(p.Status)
		return
	}
	out := xmlError{
		Code: p.Code, Detail: p.Detail,
		Message: fmt.Sprintf("%s\nRequestId:%s\nTime:%s", p.Message, c.rw.Header().Get("x-ms-request-id"), c.now.UTC().Format(stampForm)),
	}
	if p.query {
		out.Parameter, out.ParameterValue = p.name, p.value
	} else {
		out.Header, out.HeaderValue = p.name, p.value
	}
	c.writeXML(p.Status, out)
}

type xmlError struct {
	XMLName        xml.Name `xml:"Error"`
	Code           string   `xml:"Code"`
	Message        string   `xml:"Message"`
	Detail         string   `xml:"AuthenticationErrorDetail,omitempty"`
	Header         string   `xml:"HeaderName,omitempty"`
	HeaderValue    string   `xml:"HeaderValue,omitempty"`
	Parameter      string   `xml:"QueryParameterName,omitempty"`
	ParameterValue string   `xml:"QueryParameterValue,omitempty"`
}

// declaration begins every XML of Storage, byte order mark included.
const declaration = "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>"

func (c *call) writeXML(status int, body any) {
	text, err := xml.Marshal(body)
	if err != nil { // our own structs always encode
		panic(err)
	}
	c.rw.Header().Set("Content-Type", "application/xml")
	c.rw.WriteHeader(status)
	_, _ = c.rw.Write(append([]byte(declaration), text...))
}
