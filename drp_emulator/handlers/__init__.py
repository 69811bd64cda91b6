"""What each verb does at each address: from a request in its transaction to the reply.

One module for each group of addresses; `application.routes` says which. Rights are demanded here. What is true of every
save belongs to `rules`, for every route that saves.
"""
