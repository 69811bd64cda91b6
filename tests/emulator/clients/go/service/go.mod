module gitlab.com/rackn/service

go 1.24.0
