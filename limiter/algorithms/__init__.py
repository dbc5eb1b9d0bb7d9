"""Algorithms of limits and breakers, each in memory and in Redis."""
