"""Parts of lists that are large or read only."""
