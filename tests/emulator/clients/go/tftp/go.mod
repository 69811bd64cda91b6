module gitlab.com/rackn/tftp/v3

go 1.24.0
