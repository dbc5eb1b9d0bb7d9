"""What a model is shown, and how long its answer may be: the same for every provider that asks one."""
