"""Words of the portal: states, waits, times and headings in the language of the page."""
