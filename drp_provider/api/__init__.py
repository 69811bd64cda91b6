"""Send requests to DRP. Only this layer knows HTTP. It carries documents and knows no resource type."""
