"""Advice on the profile and on what to change next: by measured figures, each with its reason.

`figures` reads what was, `rules` judges it (plain Python, no store), `gains` replays recorded traffic under
what is proposed, and `profiles` says what each rung costs. To keep what one has is a good answer.
"""

from .figures import measured
from .gains import with_gains
from .rules import advise

__all__ = ["advise", "measured", "with_gains"]
