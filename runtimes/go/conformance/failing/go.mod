module failing

go 1.25

require (
	absent v1.0.0
	openruntimes v1.0.0
)

replace (
	absent => ./absent
	openruntimes => ../../api
)
