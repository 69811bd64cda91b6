"""Who may do everything on a fresh endpoint."""

USER, PASSWORD = "rocketskates", "r0cketsk8ts"
