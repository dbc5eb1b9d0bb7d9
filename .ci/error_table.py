"""The table of errors in docs/bedrock.md from feedback/providers/errors/errors.toml.

PYTHONPATH=. python .ci/error_table.py           # after a rule was written, changed or moved
PYTHONPATH=. python .ci/error_table.py --check   # exit 1 where the page is not as the rules are
"""

from __future__ import annotations

import sys
from pathlib import Path

from feedback.providers.errors.classing import Concerns, ErrorRule, read_rules
from feedback.providers.models.generation import LEARNABLE

PAGE = Path(__file__).resolve().parent.parent / "docs/bedrock.md"
TEST = "tests/unit/providers/test_errors_are_classed_by_whom_they_concern.py"
BEGIN, END = "<!-- rules: made by .ci/error_table.py -->\n", "<!-- end of rules -->\n"
HEADER = f"""
The rules are `feedback/providers/errors/errors.toml`, tried from top to bottom; the first that fits decides.
Each
has an example, which goes through all of them in
`{TEST}` under the rule's name.
Optional settings of generation
({", ".join(sorted(LEARNABLE))})
that a model refuses are left out for a time; any other field pauses the upstream. A rule marked *supposed*
goes by the code or the status alone: its texts are kept for an operator to class.

| situation | service | what happens | rule and test | source |
|---|---|---|---|---|
"""
HAPPENS = {
    Concerns.MOMENT: "the moment: another attempt",
    Concerns.REQUEST: "this request: it ends for it alone",
    Concerns.ACCOUNT: "the account: the upstream pauses",
}


def page() -> str:
    """The whole page, with the table as the rules are."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + HEADER + "".join(_row(rule) for rule in read_rules()) + "\n" + END + after


def _row(rule: ErrorRule) -> str:
    name = rule.source.removeprefix("https://").removeprefix("github.com/").split("?")[0]
    known = "" if rule.known else ", supposed"
    cells = (
        rule.situation,
        rule.service or "any",
        f"{_happens(rule)} ({rule.cause}{known})",
        f"`{rule.id}`",
        f"[{name}]({rule.source})",
    )
    return f"| {' | '.join(cells)} |\n"


def _happens(rule: ErrorRule) -> str:
    if rule.field in LEARNABLE:
        return f"learnt: {rule.field} is left out"
    return HAPPENS[rule.concerns]


def main() -> int:
    wanted = page()
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text("utf-8") != wanted)
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
