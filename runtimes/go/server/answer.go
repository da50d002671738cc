package server

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// Answer is what goes to the client, apart from what belongs to the connection.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// answerOf reads how a call ended, as the program of the function says it in the fields of its frame.
func answerOf(fields [][]byte) (*Answer, error) {
	switch kind := string(fields[0]); {
	case kind == "answered" && len(fields) >= 3 && len(fields)%2 == 1:
		answer, err := validate(fields[1], fields[2], fields[3:])
		if err == nil {
			return answer, nil
		}
		fmt.Fprintln(os.Stderr, err)
	case kind == "failed" && len(fields) == 3:
		failure := NewError(FunctionError, string(fields[1]))
		failure.stack = string(fields[2])
		return nil, failure
	case kind == "silent":
		return nil, NewError(NoResponse, "The function did not answer.")
	}
	return nil, NewError(InvalidResponse, "The function's answer is not valid.")
}

// validate returns the answer, or why there is none. Names and values come in turn.
func validate(statusText, body []byte, namesAndValues [][]byte) (*Answer, error) {
	status, err := strconv.Atoi(string(statusText))
	if err != nil || status < 200 || status > 599 {
		return nil, fmt.Errorf("The status must be from 200 to 599, not %s.", statusText)
	}
	header := make(http.Header, len(namesAndValues)/2)
	for ; len(namesAndValues) > 0; namesAndValues = namesAndValues[2:] {
		name, value := string(namesAndValues[0]), string(namesAndValues[1])
		if !isToken(name) {
			return nil, fmt.Errorf("%q is no name for a header.", name)
		}
		if isForbidden(http.CanonicalHeaderKey(name)) {
			return nil, fmt.Errorf("The header %s is not the function's to set.", name)
		}
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
			return nil, fmt.Errorf("The header %s has a control character in its value.", name)
		}
		header.Add(name, value)
	}
	return &Answer{status, header, body}, nil
}

// isToken is what HTTP allows as a name.
func isToken(name string) bool {
	for _, c := range []byte(name) {
		isLetter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !isLetter && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return name != ""
}

// isForbidden is what belongs to the connection or to the runtime, not to the function.
func isForbidden(name string) bool {
	switch name {
	case "Content-Length", "Transfer-Encoding", "Connection", "Date", "Trailer":
		return true
	}
	return strings.HasPrefix(name, "X-Internal-")
}
