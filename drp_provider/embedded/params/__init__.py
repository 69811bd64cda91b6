"""What the value of a param means: which level's value wins, and whether it follows its schema.

Reads the store, and writes none of it. Requests and rights are not known here.
"""
