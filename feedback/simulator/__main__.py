"""The former command `python -m feedback.simulator`, for one release."""

import sys

from feedback.development.simulator.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
