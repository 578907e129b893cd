"""The project: settings from the environment, addresses, entry points of the server."""
