"""HTTP and websockets for the programs on a machine: they start in 3 ms, where `http.client` takes 45."""
