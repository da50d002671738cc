// It would compile, were it not for a dependency that is not there.
package main

import (
	_ "absent"

	"openruntimes"
)

func handler(_ *openruntimes.Request, res *openruntimes.Response) {
	res.Send("never")
}

func main() { openruntimes.Serve(handler) }
