"""The measure of the words that are for people (`WORDS`): how often code and docs use them of things.

    python .ci/words.py          # by folder; exit 1 where one has more than `LIMIT`
    python .ci/words.py --list   # and the files of that folder that have the most

A program has no mouth and no ears: prose that gives it some must be read twice by a reader for whom English
is a second language. Counted are identifiers (parted at underscores and capitals), comments, docstrings, docs
and names of files, in all that is tracked. Texts for users are not: strings, translations, templates, essays.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("who", "whose", "whoever", "nobody", "told", "said")
LIMIT = 2.0  # in 1,000 lines of a folder
WORST = 10  # files of a folder that --list names
QUOTED = re.compile(  # sample essays, the table of old names, and texts for users
    r".*/essays/(?!README)|examples/(sources/|reflection)|tests/unit/providers/approved/|docs/(names|statements).md"
)

WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)
PARTS = re.compile(r"_|(?<=[a-z0-9])(?=[A-Z])")
STRING = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""
LUA = re.compile(rf"(?P<comment>--\[\[.*?\]\]|--[^\n]*)|\[\[.*?\]\]|{STRING}", re.DOTALL)
SCRIPT = re.compile(rf"(?P<comment>/\*.*?\*/|//[^\n]*)|`(?:\\.|[^`\\])*`|{STRING}", re.DOTALL)
STYLE = re.compile(rf"(?P<comment>/\*.*?\*/)|{STRING}", re.DOTALL)
HASH = re.compile(r"(?:^|\s)#.*", re.MULTILINE)
TEMPLATE = re.compile(r"\{#.*?#\}|<!--.*?-->|\{% comment.*?endcomment %\}", re.DOTALL)


def python_words(text: str) -> str:
    """Names, comments and docstrings, without any other string."""
    return "\n".join([*_names_and_comments(text), *_docstrings(text)])


def _names_and_comments(text: str) -> Iterator[str]:
    depth = 0  # from Python 3.12 on an f-string comes in parts; before, it is one string
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        depth += kind.endswith("STRING_START") - kind.endswith("STRING_END")
        if not depth and kind in {"NAME", "COMMENT"}:
            yield token.string


def _docstrings(text: str) -> Iterator[str]:
    """Strings that stand as a statement: those of attributes are among them."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(words))):
                yield words


def without_strings(language: re.Pattern[str]) -> Callable[[str], str]:
    return lambda text: language.sub(lambda found: found["comment"] or '""', text)


def only(comments: re.Pattern[str]) -> Callable[[str], str]:
    return lambda text: "\n".join(comments.findall(text))


READERS: dict[str, Callable[[str], str]] = {
    ".py": python_words,
    ".lua": without_strings(LUA),
    ".js": without_strings(SCRIPT),
    ".css": without_strings(STYLE),
    ".md": str,
    ".html": only(TEMPLATE),
}
WITH_HASHES = ("", ".conf", ".env", ".in", ".service", ".target", ".toml", ".yaml", ".yml")
READERS |= dict.fromkeys(WITH_HASHES, only(HASH))


def measure(path: str, text: str) -> tuple[int, int]:
    """How many of the words a file has, and in how many lines."""
    read = READERS[Path(path).suffix](text)
    lines = read if path.endswith(".html") else text  # of a template, the comments alone
    return len(WORD.findall(PARTS.sub(" ", f"{Path(path).stem}\n{read}"))), len(lines.splitlines())


def tracked() -> list[str]:
    """The files that are measured."""
    command = ("git", "ls-files", "-z")
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return [
        name
        for name in listed.stdout.split("\0")
        if Path(name).suffix in READERS and not QUOTED.match(name) and (ROOT / name).is_file()
    ]


def by_folder() -> dict[str, dict[str, tuple[int, int]]]:
    """The measure of each file, by the top-level folder; "." are the files that stand in none."""
    folders: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for path in tracked():
        folder = path.partition("/")[0] if "/" in path else "."
        folders[folder][path] = measure(path, (ROOT / path).read_text("utf-8"))
    return folders


def rate(files: dict[str, tuple[int, int]]) -> float:
    words, lines = (sum(column) for column in zip(*files.values(), strict=True))
    return round(1000 * words / max(lines, 1), 1)


def report(folder: str, files: dict[str, tuple[int, int]]) -> Iterator[str]:
    """A folder's figure, and the files that have the most of the words."""
    yield f"{folder}: {rate(files)} words for people in 1,000 lines, {LIMIT} are allowed\n"
    if "--list" in sys.argv:
        worst = Counter({path: words for path, (words, _) in files.items() if words}).most_common(WORST)
        yield from (f"  {words:4} {path}\n" for path, words in worst)


def main() -> int:
    folders, over = by_folder(), 0
    for folder, files in sorted(folders.items()):
        is_over = rate(files) > LIMIT
        over |= is_over
        if is_over or "--list" in sys.argv:
            sys.stdout.writelines(report(folder, files))
    whole = {path: figures for files in folders.values() for path, figures in files.items()}
    sys.stdout.write(f"in all: {rate(whole)} in 1,000 lines\n")
    return over


if __name__ == "__main__":
    sys.exit(main())
