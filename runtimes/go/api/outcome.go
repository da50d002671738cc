package openruntimes

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
)

// Answer is what a function answered.
type Answer struct {
	// Status is what the function gave; the runtime accepts 200 to 599.
	Status int
	// Body is the body.
	Body    []byte
	headers []header
}

// Header returns the first header with that name in any case, or "" if there is none.
func (a *Answer) Header(name string) string {
	for _, header := range a.headers {
		if strings.EqualFold(header.name, name) {
			return header.value
		}
	}
	return ""
}

// Decode reads a body of JSON into a variable.
func (a *Answer) Decode(into any) error {
	return json.Unmarshal(a.Body, into)
}

// Failure is a panic of the function, or an error that it returned.
type Failure struct {
	Message string
	Stack   string
}

func (f *Failure) Error() string {
	return f.Message
}

// How a call ends without an answer and without a Failure.
var (
	ErrNoResponse      = errors.New("the function did not answer")
	ErrInvalidResponse = errors.New("the function's answer is not valid")
)

// settling is the outcome of one call, as far as it is known.
type settling struct {
	mutex   sync.Mutex
	settled bool
	answer  *Answer
	err     error
}

// settle takes the first outcome, and says on stderr that a later one came too late.
func (s *settling) settle(answer *Answer, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.settled {
		say("The function had already answered or failed: only the first outcome counts.")
		return
	}
	s.settled, s.answer, s.err = true, answer, err
}

// close ends the call: nothing counts any more.
func (s *settling) close() (*Answer, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.settled {
		s.settled, s.err = true, ErrNoResponse
	}
	return s.answer, s.err
}

// say writes to the log in one piece, so that lines of several calls stay whole.
func say(text string) {
	os.Stderr.WriteString(strings.TrimRight(text, "\n") + "\n")
}
