"""base: everywhere; local: a developer's machine; test: pytest; production: a server."""
