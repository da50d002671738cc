// Another program of the module: a handler that may return an error.
package main

import (
	"openruntimes"

	"probe/steps"
)

var probe = steps.NewProbe("sibling/main.go")

func handler(req *openruntimes.Request, res *openruntimes.Response) error {
	return probe.Act(req, res)
}

func main() { openruntimes.Serve(handler) }
