"""docs/bedrock-errors.md from feedback/providers/errors.toml.

PYTHONPATH=. python .ci/error_table.py           # after a rule was written, changed or moved
PYTHONPATH=. python .ci/error_table.py --check   # exit 1 where the page is not as the rules are
"""

from __future__ import annotations

import sys
from pathlib import Path

from feedback.providers.classing import LEARNABLE, Concerns, Rule, read_rules

PAGE = Path(__file__).resolve().parent.parent / "docs/bedrock-errors.md"
TEST = "tests/unit/providers/test_errors_are_classed_by_whom_they_concern.py"
HEADER = f"""# Errors of providers

Made from `feedback/providers/errors.toml` by `.ci/error_table.py`; a test compares them. The rules are tried
from top to bottom, and the first one that fits decides. Each has an example, which goes through all of them
in `{TEST}`.

| concerns | what happens |
|---|---|
| the moment | another attempt, as the gate decides |
| this request | it ends for this request alone |
| the account | the upstream pauses with the reason and an alert, until the cause is gone |

A field that the model refuses concerns all requests that carry it. Optional settings of generation
({", ".join(sorted(LEARNABLE))}) are left out for a time; any other field pauses the upstream.
A rule marked *supposed* goes by the code or the status alone: its texts are kept for an operator to class.

| situation | service | what happens | rule | source |
|---|---|---|---|---|
"""
HAPPENS = {
    Concerns.MOMENT: "the moment: another attempt",
    Concerns.REQUEST: "this request: it ends for it alone",
    Concerns.ACCOUNT: "the account: the upstream pauses",
}


def page() -> str:
    return HEADER + "".join(_row(rule) for rule in read_rules())


def _row(rule: Rule) -> str:
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


def _happens(rule: Rule) -> str:
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
