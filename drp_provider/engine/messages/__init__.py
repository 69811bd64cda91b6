"""Error messages: each one sentence that names the object, the cause and the way out."""
