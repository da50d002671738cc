// A handler that nothing hands over.
package main

import "openruntimes"

func Handler(_ *openruntimes.Request, res *openruntimes.Response) {
	res.Send("never")
}

func main() {}
