"""Operation: conditions, reports, figures and the words for them."""
