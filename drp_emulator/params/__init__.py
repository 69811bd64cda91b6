"""What the value of a param means: which level's value wins, whether it follows its schema, what is sealed in it.

Requests and rights are not known here: the caller checks the right to see a sealed value before it opens it. In the
store only the objects' key pairs are written.
"""
