module gitlab.com/rackn/netwrangler

go 1.24.0
