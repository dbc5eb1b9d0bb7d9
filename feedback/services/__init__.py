"""The verbs: everything that changes a row, a state or a line goes through here."""
