// Greets the person that the payload names.
package main

import "openruntimes"

func handler(req *openruntimes.Request, res *openruntimes.Response) error {
	in := struct{ Name string }{"world"}
	if err := req.Decode(&in); err != nil {
		return err
	}
	res.JSON(map[string]string{"message": "Hello, " + in.Name + "!"})
	return nil
}

func main() { openruntimes.Serve(handler) }
