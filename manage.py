#!/usr/bin/env python
"""Django's commands, with the embedded servers at hand for those that need them."""

from __future__ import annotations

import os
import sys

from config.startup import load_settings, servers_for

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    load_settings()
    servers_for(sys.argv[1:])

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
