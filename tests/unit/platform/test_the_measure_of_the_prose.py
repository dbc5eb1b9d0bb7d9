"""`.ci/words.py` counts the words that are for people where a reader of the code meets them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("words", ROOT / ".ci/words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("a.py", '"""Whose turn it is."""\n', 1),
        ("a.py", "def test_who_waits() -> None: ...\n", 1),
        ("a.py", "class WhoWaits:\n    said: int\n    '''Nobody.'''\n", 3),
        ("a.py", "# whoever\nwhole = unsaid = whom\n", 1),
        ("a.py", 'text = "who"; said = f"{who} told {nobody}"\n', 1),
        ("a.py", 'print("told")\n"""Nobody reads this."""\n', 1),
        ("a_name_told.py", "", 1),
        ("a.lua", "-- who\nlocal told = 'said' --[[ whose\n]] .. [[nobody]]\n", 3),
        ("a.js", 'const whoWaits = "said" + `told`; // nobody\n/* whose */\n', 3),
        ("a.css", '/* who */ .nobody::after { content: "said"; }\n', 2),
        ("a.md", "Who said *that*? `whose`\n", 3),
        ("a.html", "<p>Nobody said</p>{# who #}<!-- told -->{% comment %}whose{% endcomment %}\n", 3),
        ("a.toml", '# who\nname = "said"  # told\n', 2),
        ("Makefile", "run: ## nobody\n\t@said\n", 1),
    ],
)
def test_names_comments_docstrings_and_docs_are_counted(
    script: ModuleType, path: str, text: str, words: int
) -> None:
    assert script.measure(path, text)[0] == words


def test_the_lines_of_a_file_are_what_the_words_are_counted_in(script: ModuleType) -> None:
    assert script.rate({"a.py": script.measure("a.py", "who = 1\n\nb = 2\n\n")}) == 250.0
    assert script.rate({"a.md": (1, 400), "b.md": (1, 600)}) == 2.0


def test_essays_are_not_measured(script: ModuleType) -> None:
    measured = script.tracked()
    assert ".ci/words.py" in measured
    assert not [path for path in measured if "essays/" in path and not path.endswith("README.md")]


def test_a_folder_over_its_limit_ends_with_status_1_and_a_line(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["words.py"])
    monkeypatch.setattr(
        script, "by_folder", lambda: {"docs": {"a.md": (5, 1000)}, "tests": {"b.py": (2, 1000)}}
    )
    assert script.main() == 1
    assert capsys.readouterr().out.startswith(
        "docs: 5.0 words for people in 1,000 lines, 2.0 are allowed\nin all:"
    )


def test_a_list_names_the_files_that_have_the_most(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["words.py", "--list"])
    monkeypatch.setattr(
        script, "by_folder", lambda: {"docs": {"a.md": (1, 9000), "b.md": (3, 9000), "c.md": (0, 9)}}
    )
    assert script.main() == 0
    assert capsys.readouterr().out.splitlines()[1:3] == ["     3 b.md", "     1 a.md"]
