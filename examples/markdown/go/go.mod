module markdown

go 1.25

require (
	github.com/yuin/goldmark v1.8.7
	openruntimes v1.0.0
)

// Where this machine finds the module that functions are written with. build.sh takes the image's own.
replace openruntimes => ../../../runtimes/go/api
