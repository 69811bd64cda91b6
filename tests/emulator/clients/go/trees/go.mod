module gitlab.com/rackn/trees

go 1.24.0
