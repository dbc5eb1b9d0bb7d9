"""The body of a function as a block that stands in a caller: what it returns becomes the value of variables.

Lua 5.1 knows no goto: an early return leaves a loop that runs once, and each loop within it on the way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

BLOCK = re.compile(r'"[^"\n]*"|\b(?:for|while|repeat|do|if|end|until|return)\b')
RETURN = re.compile(r"\breturn\b(.*?\n)(?= *(?:end|else|elseif|until)\b|\Z)", re.DOTALL)  # last of its block
LAST_RETURN = re.compile(r"^  return (.*)\n\Z", re.MULTILINE)


def without_returns(body: str, results: str) -> str:
    """`results` are the variables, or begin with "local" where nobody asks for the values."""
    returns = RETURN.findall(body)
    if not returns:
        return f"do\n{body}end"
    if len(returns) == 1 and (last := LAST_RETURN.search(body)):
        return f"do\n{body[: last.start()]}{results} = {last[1]}\nend"
    return f"do\nlocal returned\nrepeat\n{Body(body, results).rewritten()}until true\nend"


@dataclass(slots=True)
class Body:
    text: str
    results: str
    at: int = 0  # what comes before was rewritten
    pieces: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)  # that are open: "block", "loop", "loop that returns"
    head: bool = False  # of a loop, up to its "do"

    def rewritten(self) -> str:
        for word in BLOCK.finditer(self.text):
            if word[0] == "return":
                self._leave(word.start())
            elif word[0] in ("for", "while"):
                self.head = True
            elif word[0] in ("do", "if", "repeat"):
                self.blocks.append(
                    "loop" if word[0] == "repeat" or (word[0] == "do" and self.head) else "block"
                )
                self.head = False
            elif word[0] in ("end", "until") and self.blocks.pop() == "loop that returns":
                self._add(self.text.index("\n", word.end()), "\nif returned then\nbreak\nend")
        return "".join(self.pieces) + self.text[self.at :]

    def _leave(self, start: int) -> None:
        found = RETURN.match(self.text, start)
        if found is None:
            raise ValueError(f"A return ends its block: {self.text[start : start + 60]}")
        value = f"{self.results} ={found[1]}" if found[1].strip() else ""
        within = "returned = true\n" if set(self.blocks) - {"block"} else ""
        self._add(start, f"{value}{within}break\n")
        self.at = found.end()
        self.blocks = ["block" if each == "block" else "loop that returns" for each in self.blocks]

    def _add(self, until: int, text: str) -> None:
        self.pieces += [self.text[self.at : until], text]
        self.at = until
