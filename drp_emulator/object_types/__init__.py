"""What each type of object is called, what it holds, and by what it can be named, listed and sorted.

Tables and pure functions over documents: no store, no request, and no rule about other objects. A new type of
object begins here, in `prefixes`.
"""
