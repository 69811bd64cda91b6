"""The parts of the embedded endpoint, each by itself."""
