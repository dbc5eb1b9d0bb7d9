"""Prompts and the bounds of their answers: the same for every provider that asks one."""
