module probe

go 1.25

require (
	golang.org/x/mod v0.29.0
	openruntimes v1.0.0
)

// Where this machine finds the module that functions are written with. build.sh takes the image's own.
replace openruntimes => ../../api
