// Package openruntimes is what functions for Open Runtimes are written with.
//
// A function is a program whose main.go hands its handler to Serve:
//
//	package main
//
//	import "openruntimes"
//
//	func handler(req *openruntimes.Request, res *openruntimes.Response) error {
//		var in struct{ Name string }
//		if err := req.Decode(&in); err != nil {
//			return err
//		}
//		res.JSON(map[string]string{"message": "Hello, " + in.Name + "!"})
//		return nil
//	}
//
//	func main() { openruntimes.Serve(handler) }
//
// Each call has a goroutine to itself and may block. A returned error is a failure, as a panic is. Invoke
// calls a handler from a test, with no server anywhere.
package openruntimes

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// Handler is what Serve and Invoke take: a function that may fail by returning an error, or one that does not.
type Handler interface {
	func(*Request, *Response) | func(*Request, *Response) error
}

// Invoke calls a handler and waits for its end: for the tests of a function. The error is a *Failure,
// ErrNoResponse or ErrInvalidResponse.
func Invoke[H Handler](handler H, request *Request) (answer *Answer, err error) {
	run(fallible(handler), request, func(a *Answer, e error) { answer, err = a, e })
	return answer, err
}

// Go starts work that goes on after the answer. A panic in it is written to the log; in a goroutine started
// by hand it would end the program, and with it every call inside.
func Go(work func()) {
	go func() {
		defer func() {
			if thrown := recover(); thrown != nil {
				say(failureOf(thrown).Stack)
			}
		}()
		work()
	}()
}

func fallible[H Handler](handler H) func(*Request, *Response) error {
	switch handler := any(handler).(type) {
	case func(*Request, *Response):
		return func(request *Request, response *Response) error {
			handler(request, response)
			return nil
		}
	case func(*Request, *Response) error:
		return handler
	}
	panic("unreachable: no other type is a Handler")
}

// run calls the handler to its end, whether by a return, a panic or runtime.Goexit, and then says how it ended.
func run(handler func(*Request, *Response) error, request *Request, ended func(*Answer, error)) {
	settling := &settling{}
	defer func() {
		if thrown := recover(); thrown != nil {
			fail(settling, failureOf(thrown))
		}
		ended(settling.close())
	}()
	if err := handler(request, &Response{settling: settling, status: 200}); err != nil {
		fail(settling, &Failure{Message: err.Error(), Stack: fmt.Sprintf("error: %+v", err)})
	}
}

func fail(settling *settling, failure *Failure) {
	say(failure.Stack)
	settling.settle(nil, failure)
}

// failureOf is called while the panic unwinds, so the stack still shows where it began. What it shows above
// that is the recovering itself, of no use to anyone.
func failureOf(thrown any) *Failure {
	message, stack := fmt.Sprint(thrown), string(debug.Stack())
	if _, below, found := strings.Cut(stack, "\npanic("); found {
		_, frames, _ := strings.Cut(below, "\n\t")
		_, stack, _ = strings.Cut(frames, "\n")
	}
	return &Failure{Message: message, Stack: "panic: " + message + "\n" + stack}
}
