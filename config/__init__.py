"""Settings, addresses, entry points, and the servers that the project brings along."""
