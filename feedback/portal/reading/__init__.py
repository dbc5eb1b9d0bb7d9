"""The document's page: the text with its comments, and what a reader does with them."""
