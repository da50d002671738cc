// The parenthesis is missing on purpose.
package main

import "openruntimes"

func handler(_ *openruntimes.Request, res *openruntimes.Response) {
	res.Send("never"
}

func main() { openruntimes.Serve(handler) }
