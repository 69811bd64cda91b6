module gitlab.com/rackn/overlay

go 1.24.0
