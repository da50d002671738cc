// Package steps is the probe: it takes the steps of a payload one after another, as conformance/PROBE.md lists them.
// The handlers that share it cover all forms: one that returns nothing, one that returns an error, and a method.
package steps

import (
	"math/rand/v2"
	"strconv"
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

// call is what a step works with: the handler's arguments, the notes for "answer", and what "echo" answers.
type call struct {
	req     *openruntimes.Request
	res     *openruntimes.Response
	notes   map[string]any
	payload any
	echo    func()
}

// Act does what the payload says.
func (p *Probe) Act(req *openruntimes.Request, res *openruntimes.Response) error {
	count := p.count.Add(1)
	c := &call{req: req, res: res}
	if err := req.Decode(&c.payload); err != nil {
		return err
	}
	c.echo = func() {
		res.JSON(map[string]any{
			"file": p.file, "load": p.load, "count": count,
			"payload": c.payload, "env": req.Env, "headers": req.Headers,
		})
	}
	object, _ := c.payload.(map[string]any)
	if _, has := object["steps"]; has {
		c.notes = map[string]any{"nonce": object["nonce"]}
		var list struct{ Steps []step }
		if err := req.Decode(&list); err != nil {
			return err
		}
		return run(list.Steps, c)
	}
	if value, has := object["value"]; has {
		res.JSON(value)
	} else {
		c.echo()
	}
	return nil
}

func run(list []step, c *call) error {
	for index, s := range list {
		if s.Do == "spawn" {
			spawn(s, list[index+1:], c)
			return nil
		}
		if err := take(s, c); err != nil {
			return err
		}
	}
	return nil
}

// spawn leaves the rest running in a goroutine, as Go does it, with nothing that catches a panic in it.
func spawn(s step, rest []step, c *call) {
	go func() {
		time.Sleep(s.duration())
		if err := run(rest, c); err != nil {
			panic(err)
		}
	}()
}
