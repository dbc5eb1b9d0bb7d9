"""The four profiles started, at their work, and through a fault (`make profiles`)."""
