"""A job as its function sees it: what is declared beside it, its run, its reports, its record."""
