"""How the system does now and did lately, for whoever runs it."""
