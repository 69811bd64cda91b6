"""What goes over the wire: JSON, JSON patches and error documents as Go and DRP write them, in two dialects.

Pure functions and values. Nothing here knows an object type, the store, or a request.
"""
