// A program further down: its handler is a method.
package main

import (
	"openruntimes"

	"probe/actions"
)

func main() { openruntimes.Serve(actions.NewProbe("nested/deep/main.go").Act) }
