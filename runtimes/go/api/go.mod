module openruntimes

go 1.24
