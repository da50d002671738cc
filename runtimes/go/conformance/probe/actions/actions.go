// Package actions has the actions of the probe, as the README above this folder lists them. The handlers that
// share them cover all forms: one that returns nothing, one that returns an error, and a method.
package actions

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"openruntimes"
)

// Probe is one file of the probe, with a load mark and a count of its own.
type Probe struct {
	file, load string
	count      atomic.Int64
}

// NewProbe returns the probe in this file.
func NewProbe(file string) *Probe {
	return &Probe{file: file, load: strconv.FormatUint(rand.Uint64(), 36)}
}

// payload is what the actions read. What a request does not name keeps its zero value.
type payload struct {
	Action  string
	Nonce   any
	Text    string
	Times   *int
	Value   any
	Base64  []byte
	Status  *int
	Headers map[string]any
	Which   string
	Message string
	First   string
	Second  string
	Stdout  []string
	Stderr  []string
	Folder  string
	Name    string
	Until   int
	Code    int
	Count   int
}

// Act does what the payload says.
func (p *Probe) Act(req *openruntimes.Request, res *openruntimes.Response) error {
	count := p.count.Add(1)
	var value any
	if err := req.Decode(&value); err != nil {
		return err
	}
	object, _ := value.(map[string]any)
	action, _ := object["action"].(string)
	var in payload
	if action != "" && action != "echo" && action != "mutate" {
		if err := req.Decode(&in); err != nil {
			return err
		}
	}
	switch action {
	case "mutate":
		nonce, _ := object["nonce"].(string)
		object["mutated"], req.Env["mutated"], req.Headers["mutated"] = nonce, nonce, nonce
		fallthrough
	case "", "echo":
		res.JSON(map[string]any{
			"file": p.file, "load": p.load, "count": count, "payload": value, "env": req.Env, "headers": req.Headers,
		})
		return nil
	}
	return act(action, in, res)
}

// act does the actions that need nothing of the probe.
func act(action string, in payload, res *openruntimes.Response) error {
	switch action {
	case "send":
		times := 1
		if in.Times != nil {
			times = *in.Times
		}
		with(in, res).Send(strings.Repeat(in.Text, times))
	case "json":
		with(in, res).JSON(in.Value)
	case "bytes":
		with(in, res).Bytes(in.Base64)
	case "unencodable":
		res.JSON(make(chan int))
	case "not-a-number":
		res.JSON(map[string]float64{"value": notANumber(in.Which)})
	case "throw":
		deliberate(in.Message)
	case "throw-later":
		time.Sleep(time.Millisecond)
		deliberate(in.Message)
	case "silent":
	case "twice":
		res.Send(in.First)
		res.Send(in.Second)
	case "send-then-throw":
		res.Send(in.Text)
		deliberate(in.Message)
	case "answer-late":
		leftRunning(func() { res.Send(in.Text) })
	case "stray":
		res.Send(in.Text)
		leftRunning(func() { deliberate(in.Message) })
	case "exit":
		os.Exit(in.Code)
	default:
		return observe(action, in, res)
	}
	return nil
}

//go:noinline
func deliberate(message string) {
	panic(message)
}

// leftRunning starts a goroutine as Go does it, with nothing that catches a panic in it.
func leftRunning(work func()) {
	go func() {
		time.Sleep(50 * time.Millisecond)
		work()
	}()
}

// with returns the response with the status and the headers that the payload names.
func with(in payload, res *openruntimes.Response) *openruntimes.Response {
	if in.Status != nil {
		res = res.Status(*in.Status)
	}
	for name, value := range in.Headers {
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
