// The smallest handler: it answers as the action "echo" does.
package main

import (
	"math/rand/v2"
	"strconv"
	"sync/atomic"

	"openruntimes"
)

var (
	load  = strconv.FormatUint(rand.Uint64(), 36)
	count atomic.Int64
)

func handler(req *openruntimes.Request, res *openruntimes.Response) {
	res.JSON(map[string]any{
		"file": "main.go", "load": load, "count": count.Add(1),
		"payload": req.Payload, "env": req.Env, "headers": req.Headers,
	})
}

func main() { openruntimes.Serve(handler) }
