// The entrypoint: a handler that returns nothing.
package main

import (
	"openruntimes"

	"probe/steps"
)

var probe = steps.NewProbe("main.go")

func handler(req *openruntimes.Request, res *openruntimes.Response) {
	if err := probe.Act(req, res); err != nil {
		panic(err)
	}
}

func main() { openruntimes.Serve(handler) }
