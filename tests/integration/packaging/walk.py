"""The commands and files of a page of the docs, carried out as its reader would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"# (?P<name>[\w.]+\.(?:py|toml))\n")
NUMBER = re.compile(r"\d+(?:\\?\.\d+)?")


@dataclass
class Command:
    line: str
    answer: list[str] = field(default_factory=list)

    def answered(self, said: str) -> bool:
        """Whether what was said is what the page says, figures and what stands for dots aside."""
        heard = "\n".join(each.strip() for each in said.strip().splitlines())
        return re.fullmatch("\n".join(map(_pattern, self.answer)), heard) is not None


def _pattern(line: str) -> str:
    """Of a line of an answer. Dots alone are any lines, dots in one anything in it."""
    if line.strip() == "...":
        return r"(?s:.*)"
    words = re.escape(line.strip()).replace(r"\.\.\.", ".*")
    return NUMBER.sub(lambda _: r"\d+(?:\.\d+)?", words)


@dataclass(frozen=True)
class File:
    name: str
    text: str


def steps_of(page: Path) -> Iterator[Command | File]:
    """In the order of the page. Raises ValueError for a block that is neither."""
    for block in BLOCK.finditer(page.read_text("utf-8")):
        text = block["text"]
        if block["language"] == "console":
            yield from _commands(text)
        elif name := FILE.match(text):
            yield File(name["name"], text)
        else:
            raise ValueError(f"no file and no command: {text[:60]!r}")


def _commands(text: str) -> Iterator[Command]:
    command: Command | None = None
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command
            command = Command(line.removeprefix("$ "))
        elif command is None:
            raise ValueError(f"an answer to nothing: {line!r}")
        else:
            command.answer.append(line)
    if command:
        yield command


def script_of(steps: Iterator[Command | File], folder: Path) -> tuple[str, list[Command]]:
    """One shell that does all of it, and leaves each command's answer in a file of its number."""
    commands: list[Command] = []
    lines = ["set -eu", "unset PYTHONPATH"]
    for step in steps:
        if isinstance(step, File):
            source = folder / f"{len(lines)}.text"
            source.write_text(step.text, "utf-8")
            lines.append(f"cp {source} {step.name}")
        else:
            lines.append(f"{{ {step.line}\n}} > {folder / str(len(commands))}.said")
            commands.append(step)
    return "\n".join(lines), commands
