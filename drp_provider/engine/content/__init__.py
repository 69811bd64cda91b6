"""Content packs: how their files are read, and how a pack on the endpoint differs from the one that was uploaded."""
