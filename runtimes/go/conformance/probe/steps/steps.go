package steps

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"openruntimes"
)

// step is one step of a payload. What it does not name keeps its zero value.
type step struct {
	Do      string
	Text    string
	Times   *integer
	Value   any
	Base64  []byte
	Status  *integer
	Headers map[string]any
	Which   string
	Ms      integer
	To      string
	Name    string
	Folder  string
	Until   integer
	Code    integer
}

// integer is a number without a fraction, written as 50 or as 50.0.
type integer int

func (i *integer) UnmarshalJSON(text []byte) error {
	var number float64
	if err := json.Unmarshal(text, &number); err != nil {
		return err
	}
	if number != math.Trunc(number) {
		return fmt.Errorf("%s is not an integer", text)
	}
	*i = integer(number)
	return nil
}

func (s step) duration() time.Duration {
	return time.Duration(s.Ms) * time.Millisecond
}

func (s step) times() int {
	if s.Times == nil {
		return 1
	}
	return int(*s.Times)
}

// take takes one step that does not change how the rest is taken.
func take(s step, c *call) error {
	switch s.Do {
	case "echo":
		c.echo()
	case "answer":
		c.res.JSON(c.notes)
	case "send":
		s.of(c.res).Send(strings.Repeat(s.Text, s.times()))
	case "json":
		s.of(c.res).JSON(s.Value)
	case "bytes":
		s.of(c.res).Bytes(s.Base64)
	case "unencodable":
		c.res.JSON(make(chan int))
	case "nan":
		c.res.JSON(map[string]float64{"value": notANumber(s.Which)})
	case "throw":
		deliberate(s.Text)
	case "sleep":
		time.Sleep(s.duration())
	case "pass":
	case "set":
		if object, isObject := c.payload.(map[string]any); isObject {
			object[s.Name] = s.Text
		}
		c.req.Env[s.Name], c.req.Headers[s.Name] = s.Text, s.Text
	case "exit":
		os.Exit(int(s.Code))
	default:
		return observe(s, c)
	}
	return nil
}

//go:noinline
func deliberate(text string) {
	panic(text)
}

// of returns the response with the status and the headers that the step names.
func (s step) of(res *openruntimes.Response) *openruntimes.Response {
	if s.Status != nil {
		res = res.Status(int(*s.Status))
	}
	for name, value := range s.Headers {
		values, isList := value.([]any)
		if !isList {
			values = []any{value}
		}
		for _, value := range values {
			res = res.Header(name, fmt.Sprint(value))
		}
	}
	return res
}

func notANumber(which string) float64 {
	switch which {
	case "nan":
		return math.NaN()
	case "infinity":
		return math.Inf(1)
	}
	return math.Inf(-1)
}
