module bare

go 1.25
