// A program further down: its handler is a method.
package main

import (
	"openruntimes"

	"probe/steps"
)

func main() { openruntimes.Serve(steps.NewProbe("nested/deep/main.go").Act) }
