"""The page of a person's quota: what they may use, have used, and what happens at the limit."""
