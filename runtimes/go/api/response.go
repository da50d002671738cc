package openruntimes

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Response is how a function answers. The first of Send, JSON and Bytes counts.
//
//	res.Status(404).Header("Cache-Control", "no-store").Send("There is none.")
type Response struct {
	settling *settling
	status   int
	headers  []header
}

type header struct{ name, value string }

// Status returns the same response with this status: 200 without it, 200 to 599 with it.
func (r *Response) Status(status int) *Response {
	return &Response{r.settling, status, r.headers}
}

// Header returns the same response with this header. A name given twice is sent twice; Content-Type replaces
// the default.
func (r *Response) Header(name, value string) *Response {
	return &Response{r.settling, r.status, append(slices.Clone(r.headers), header{name, value})}
}

// Send answers with text, text/plain; charset=utf-8.
func (r *Response) Send(text string) {
	r.settle("text/plain; charset=utf-8", []byte(text))
}

// JSON answers with a value as encoding/json encodes it, application/json.
func (r *Response) JSON(value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		say("res.JSON cannot encode the value: " + err.Error())
		r.settling.settle(nil, ErrInvalidResponse)
		return
	}
	r.settle("application/json", bytes.TrimSuffix(body.Bytes(), []byte("\n")))
}

// Bytes answers with bytes as they are, application/octet-stream. They are copied: what the function does to
// them afterwards does not change the answer.
func (r *Response) Bytes(body []byte) {
	r.settle("application/octet-stream", bytes.Clone(body))
}

func (r *Response) settle(contentType string, body []byte) {
	headers := r.headers
	switch r.status {
	case 204, 205, 304:
		body = nil
	default:
		if !slices.ContainsFunc(headers, func(h header) bool { return strings.EqualFold(h.name, "Content-Type") }) {
			headers = append([]header{{"Content-Type", contentType}}, headers...)
		}
	}
	r.settling.settle(&Answer{Status: r.status, Body: body, headers: headers}, nil)
}
