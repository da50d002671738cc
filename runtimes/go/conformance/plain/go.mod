module plain

go 1.25

require openruntimes v1.0.0

// Where this machine finds the module that functions are written with. build.sh takes the image's own.
replace openruntimes => ../../api
