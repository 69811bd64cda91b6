"""Authentication and rights: passwords, tokens, claims.

From a request's credentials to its principal. The handlers ask the principal for the rights that they need.
"""
