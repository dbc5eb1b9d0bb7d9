"""Models: the catalogue, what each is able to do, and the settings of generation."""
