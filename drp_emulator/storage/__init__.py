"""The store: one SQLite file, and transactions on it.

The only package that opens the file. It keeps documents, secrets and events, and knows no rule about any of them.
"""
