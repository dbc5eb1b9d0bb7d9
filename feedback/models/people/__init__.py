"""People: users, courses, rights and use."""
