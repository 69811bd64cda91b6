"""Who asks and what they may do: passwords, tokens, claims.

From the text of a request's credentials to its principal. What a principal is asked for stands where it is asked.
"""
