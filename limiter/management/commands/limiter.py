from __future__ import annotations

from limiter.operations.verbs.changing import Changing
from limiter.operations.verbs.deciding import Deciding
from limiter.operations.verbs.filing import Filing
from limiter.operations.verbs.reading import Reading


class Command(Reading, Changing, Filing, Deciding, pretty_exceptions_enable=False):
    """Look at the limiter and change it.

    Every change needs a --reason, is kept in the history with its author, and acts at the next decision.

    Exit status 0: done. 1: the gate cannot be reached, or a file says otherwise. 2: this cannot be done, with
    the reason in one line.
    """
