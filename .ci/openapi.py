"""docs/openapi.json, the API's schema as it is served.

    python .ci/openapi.py           # after a route, a field or a description was written or changed
    python .ci/openapi.py --check   # changes nothing; exit 1 where the file is another

A change of this file is a change that clients see: docs/api.md says what may change.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

FILE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def served() -> str:
    from ninja.responses import NinjaJSONEncoder

    from feedback.api.app import api

    schema = api.get_openapi_schema()
    return json.dumps(schema, indent=1, ensure_ascii=False, cls=NinjaJSONEncoder) + "\n"


def main() -> int:
    if "--check" in sys.argv:
        return int(FILE.read_text() != served())
    FILE.write_text(served())
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    sys.exit(main())
