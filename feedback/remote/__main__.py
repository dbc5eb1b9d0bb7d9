from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .analysis import TOKEN, analyse
from .server import Failed


def add_arguments(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument(
        "--server", metavar="URL", required=required, help=f"a site elsewhere; {TOKEN} has the access token"
    )
    parser.add_argument(
        "--token-file", metavar="FILE", type=Path, help=f"with the access token, in place of {TOKEN}"
    )
    parser.add_argument(
        "--key", help="of an attempt before, whose answer was lost: it makes no second document"
    )


def main() -> int:
    parser = argparse.ArgumentParser("python -m feedback.remote", description="Get feedback on a document.")
    parser.add_argument("file", metavar="FILE", type=Path, help=".docx, .pdf, .odt, .md or .txt")
    parser.add_argument("--json", action="store_true", help="print the feedback as JSON on stdout")
    add_arguments(parser, required=True)
    given = parser.parse_args()
    try:
        analyse(given.file, url=given.server, token_file=given.token_file, key=given.key, as_json=given.json)
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        return error.status
    return 0


if __name__ == "__main__":
    sys.exit(main())
