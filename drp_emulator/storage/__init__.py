"""Where objects live: one SQLite file, and what one request sees and changes of it.

The only package that opens the file. It keeps documents, secrets and events as it is told, and knows no rule about any
of them.
"""
