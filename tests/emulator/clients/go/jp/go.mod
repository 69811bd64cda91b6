module gitlab.com/rackn/jp

go 1.24.0
