"""Words of the portal: states, waits, times and kept sentences in the language of the page."""
