module madoguchi

go 1.26.0
