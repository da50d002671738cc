// The server. This folder is the build context of the image, and the module that functions are written with lies
// beside it, in api/.
module openruntimes/runtime

go 1.25

require openruntimes v1.0.0

replace openruntimes => ./api
