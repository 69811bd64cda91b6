"""How to talk to DRP: the only layer that knows HTTP. It carries documents and knows no resource type."""
