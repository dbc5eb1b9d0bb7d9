"""Makes class.json: what a class hands in for one assignment, with a seed, so that it is always the same.

Twelve students fill in a report template of eight parts, and hand in three times. Six parts come from the
template; of those each student changes some. Between two hand-ins one or two parts change.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

SEED, STUDENTS, HAND_INS = 7, 12, 3
TEMPLATE = ("Aim", "Materials", "Method", "Safety", "Data", "Sources")
OWN = ("Discussion", "Conclusion")
CHANGED = 0.2  # share of the template's parts that a student words anew
WORDS = (
    *("hive", "bee", "count", "spring", "autumn", "farm", "field", "flower"),
    *("colony", "loss", "winter", "weather", "sample", "error", "mean", "trend"),
)


def prose(chance: random.Random) -> str:
    sentences = []
    for _ in range(12):
        picked = " ".join(chance.choice(WORDS) for _ in range(9))
        sentences.append(f"We looked at the {picked} again.")
    return " ".join(sentences)


def main() -> None:
    chance = random.Random(SEED)
    given = {part: prose(chance) for part in TEMPLATE}
    handed: list[dict[str, Any]] = []
    texts: dict[str, int] = {}  # each once, by its number
    for student in range(STUDENTS):
        parts = {name: text if chance.random() > CHANGED else prose(chance) for name, text in given.items()}
        parts |= {name: prose(chance) for name in OWN}
        for hand_in in range(HAND_INS):
            if hand_in:
                for name in chance.sample([*OWN, "Data"], chance.choice((1, 2))):
                    parts[name] = prose(chance)
            known = {name: texts.setdefault(body, len(texts)) for name, body in parts.items()}
            handed.append({"student": student, "hand_in": hand_in, "parts": known})
    handed.sort(key=lambda each: (each["hand_in"], each["student"]))
    trace = json.dumps({"texts": list(texts), "handed": handed})
    Path(__file__).with_name("class.json").write_text(trace + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
