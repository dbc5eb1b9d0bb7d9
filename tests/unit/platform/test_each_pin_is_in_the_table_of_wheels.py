"""requirements/wheels.md has a row for each pin, and tells of each that has no wheel somewhere."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, with lists of its own: `pure` and `quick` run, `odd` is for the tests."""
    module = the_script()
    for name in module.LISTS:
        (tmp_path / f"{name}.txt").write_text("pure==1.0\nquick==2.0\n" if name == "base" else "odd==3.0\n")
    monkeypatch.setattr(module, "TABLE", tmp_path / "wheels.md")
    return module


def the_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wheels", ROOT / ".ci/wheels.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files(script: ModuleType) -> dict[str, list[Any]]:
    """What the index has of each pin."""
    names = {
        "pure==1.0": ["pure-1.0-py3-none-any.whl"],
        "quick==2.0": [
            "quick-2.0-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "quick-2.0-cp312-cp312-manylinux_2_28_aarch64.whl",
            "quick-2.0-cp313-cp313-manylinux_2_39_aarch64.whl",
            "quick-2.0.tar.gz",
        ],
    }
    found = {pin: [script.File(name) for name in each] for pin, each in names.items()}
    return {**found, "odd==3.0": [script.File("odd-3.0-py3-none-any.whl", requires_python="<3.14")]}


def test_a_cell_says_which_machines_have_a_wheel(wheels: ModuleType) -> None:
    page = wheels.page(files(wheels))
    assert "| pure==1.0 | base | any | any | any | any |" in page
    # The stable ABI serves later versions too; a wheel for a newer glibc serves nothing here.
    assert "| quick==2.0 | base | x86-64 | both | x86-64 | x86-64 |" in page
    assert "| odd==3.0 | dev | any | any | any | - |" in page


def test_a_pin_without_a_wheel_is_shown_with_what_follows(wheels: ModuleType) -> None:
    page = wheels.page(files(wheels))
    where = "3.11 on aarch64, 3.13 on aarch64, 3.14 on aarch64"
    assert f"| quick==2.0 | {where} | `make run`: pip builds it from its source" in page
    assert "| odd==3.0 | 3.14 | `make test`: it can't be installed there |" in page
    assert "| pure==1.0 | 3" not in page


def test_a_list_that_has_changed_differs_from_the_table(wheels: ModuleType) -> None:
    wheels.TABLE.write_text(wheels.page(files(wheels)))
    assert wheels.differences() == []
    (wheels.TABLE.parent / "base.txt").write_text("pure==1.1\nquick==2.0\n")
    assert wheels.differences() == [
        "pure==1.1 of base.txt is in no row",
        "pure==1.0 has a row and is not in base.txt",
    ]


def test_the_committed_table_has_every_pin() -> None:
    assert the_script().differences() == [], "run `make requirements`"
