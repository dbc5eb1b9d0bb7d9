"""Teaching: courses and assignments, and a teacher's review of feedback."""
