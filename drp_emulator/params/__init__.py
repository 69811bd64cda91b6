"""What the value of a param means: which level's value wins, whether it follows its schema, what is sealed in it.

Requests and rights are not known here: whoever opens a sealed value has asked who may see it. Of the store only the
objects' key pairs are written.
"""
