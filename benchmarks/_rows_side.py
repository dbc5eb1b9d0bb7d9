"""One side of rows.py: the jobs and the worker of the folder that PYTHONPATH names.

Each line is a kind of worker; it is answered by the jobs a second that one drained.
"""

from __future__ import annotations

import sys

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0)
    import rows

    for line in sys.stdin:
        print(rows.rate_of(line.strip()), flush=True)
