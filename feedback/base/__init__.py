"""Tools for every other room, of which they know none: connections, cache, batches of commits, keys, mail."""
