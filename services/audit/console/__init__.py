"""The pages: rendered on the server, readable without script, in light and dark."""
