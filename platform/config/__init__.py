"""The site: settings, addresses, the worker, and the commands that set it up and start it."""
