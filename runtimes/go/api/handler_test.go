package openruntimes

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestBothFormsOfHandlersAnswer(t *testing.T) {
	plain := func(_ *Request, res *Response) { res.Send("a") }
	fallible := func(_ *Request, res *Response) error { res.Send("a"); return nil }
	for form, invoke := range map[string]func() (*Answer, error){
		"plain":    func() (*Answer, error) { return Invoke(plain, NewRequest(nil)) },
		"fallible": func() (*Answer, error) { return Invoke(fallible, NewRequest(nil)) },
	} {
		answer, err := invoke()
		if err != nil || answer.Status != 200 || string(answer.Body) != "a" {
			t.Errorf("%s: %v, %v", form, answer, err)
		}
	}
}

func TestTheFirstOutcomeCounts(t *testing.T) {
	answer, err := Invoke(func(_ *Request, res *Response) error {
		res.Send("first")
		res.Send("second")
		return errors.New("third")
	}, NewRequest(nil))
	if err != nil || string(answer.Body) != "first" {
		t.Errorf("%v, %v", answer, err)
	}
	_, err = Invoke(func(_ *Request, res *Response) {
		res.JSON(func() {})
		res.Send("second")
	}, NewRequest(nil))
	if err != ErrInvalidResponse {
		t.Errorf("an answer that cannot be encoded: %v", err)
	}
	if _, err = Invoke(func(*Request, *Response) {}, NewRequest(nil)); err != ErrNoResponse {
		t.Errorf("no answer: %v", err)
	}
}

//go:noinline
func deliberate(value any) {
	panic(value)
}

func TestFailuresSayWhereTheyCameFrom(t *testing.T) {
	for _, value := range []any{"on purpose", errors.New("on purpose")} {
		_, err := Invoke(func(*Request, *Response) { deliberate(value) }, NewRequest(nil))
		var failure *Failure
		if !errors.As(err, &failure) || failure.Message != "on purpose" {
			t.Fatalf("%v", err)
		}
		lines := strings.Split(failure.Stack, "\n")
		if lines[0] != "panic: on purpose" || !strings.Contains(lines[1], "deliberate") {
			t.Errorf("the stack begins %q", lines[:2])
		}
	}
	_, err := Invoke(func(*Request, *Response) error { return errors.New("returned") }, NewRequest(nil))
	if err == nil || err.Error() != "returned" {
		t.Errorf("%v", err)
	}
}

func TestAPanicInWorkLeftRunningEndsNothing(t *testing.T) {
	began := make(chan struct{})
	Go(func() {
		defer close(began)
		deliberate("on purpose")
	})
	<-began
}

func TestACallThatGivesUpItsGoroutineEnds(t *testing.T) {
	ended := make(chan error, 1)
	go run(func(*Request, *Response) error { runtime.Goexit(); return nil }, NewRequest(nil), func(_ *Answer, err error) {
		ended <- err
	})
	if err := <-ended; err != ErrNoResponse {
		t.Errorf("%v", err)
	}
}

func TestWhatAnAnswerSays(t *testing.T) {
	bytes := []byte("abc")
	answer, _ := Invoke(func(_ *Request, res *Response) {
		plain := res.Status(201).Header("X-A", "1")
		plain.Header("x-a", "2").Header("content-type", "x/y").Bytes(bytes)
		bytes[0] = 'x'
	}, NewRequest(nil))
	if answer.Status != 201 || answer.Header("X-a") != "1" || answer.Header("Content-Type") != "x/y" ||
		len(answer.headers) != 3 || string(answer.Body) != "abc" {
		t.Errorf("%+v", answer)
	}
	answer, _ = Invoke(func(_ *Request, res *Response) { res.JSON(map[string]any{"<": "&", "b": nil}) }, NewRequest(nil))
	if string(answer.Body) != `{"<":"&","b":null}` || answer.Header("content-type") != "application/json" {
		t.Errorf("%s", answer.Body)
	}
	answer, _ = Invoke(func(_ *Request, res *Response) { res.Status(204).Send("none") }, NewRequest(nil))
	if len(answer.Body) != 0 || len(answer.headers) != 0 {
		t.Errorf("%+v", answer)
	}
}

func TestHeadersAreFoundInAnyCase(t *testing.T) {
	request := NewRequest(1)
	request.Headers = map[string]string{"x-one": "1", "X-One": "2"}
	if request.Header("X-One") != "2" || request.Header("X-ONE") == "" || request.Header("X-Two") != "" {
		t.Error(request.Headers)
	}
}
