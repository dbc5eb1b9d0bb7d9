"""Settings, a module for each environment. `base` holds what they share; DJANGO_SETTINGS_MODULE chooses."""
