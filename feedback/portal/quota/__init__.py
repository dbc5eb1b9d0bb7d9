"""What a person may use, has used, and what happens at the limit."""
