from __future__ import annotations

import re

from limiter.functions import LIBRARY
from limiter.functions.layouts import FILE, in_lua
from limiter.functions.library import FOLDER, LAST, MODULES, read

CALL = re.compile(r'redis\.call\(\s*"(\w+)"')
ASSIGNED = re.compile(r"^function (\w+)\.", re.MULTILINE)


def test_the_layouts_in_lua_are_those_in_python() -> None:
    assert FILE.read_text(encoding="utf-8") == in_lua(), "python -m limiter.functions.layouts"


def test_every_file_is_a_module_in_the_order() -> None:
    assert sorted(file.stem for file in FOLDER.rglob("*.lua")) == sorted([*MODULES, LAST])


def test_the_text_is_the_files_with_nothing_rewritten() -> None:
    head, rest = LIBRARY.text.split("\n\n", 1)
    assert head == f'#!lua name={LIBRARY.name}\nlocal library = "{LIBRARY.name}"'
    assert rest == "\n".join(map(read, [*MODULES, LAST]))


def test_a_module_is_one_local_and_defines_functions_of_its_own_alone() -> None:
    for module in MODULES:
        text = read(module)
        assert re.findall(r"^local (\w+)", text, re.MULTILINE) == [module]
        assert set(ASSIGNED.findall(text)) == {module}


def test_the_rights_name_every_command_that_is_called() -> None:
    called = {command for module in MODULES for command in CALL.findall(read(module))}
    listed = re.search(r"COMMANDS = \{(.*?)\}", read("rights"), re.DOTALL)
    assert listed
    assert set(re.findall(r'"(\w+)"', listed[1])) == called
