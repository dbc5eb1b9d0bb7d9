"""Work on documents: jobs, their stages and states, and the feedback that comes of them."""
