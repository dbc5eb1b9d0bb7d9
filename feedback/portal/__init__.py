"""The student's pages: handing in, waiting, and reading feedback beside the text.

Views ask selectors, call services and choose words; templates build all HTML. Every page works by
reloading; small modules on top of it keep it fresh.
"""
