"""The reads: what pages, commands and the API show, each in a known number of queries."""
