"""Content packs: read their files, and compare the pack on the endpoint with the uploaded one."""
