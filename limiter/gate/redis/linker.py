"""Rewrites a joined script so that Redis makes as few functions of it as it can.

Redis makes every function of a script anew in each call, used or not, and looks for each outer variable of
it among all that are in use, the one declared last first. So the text keeps only the functions that are
reached, and of these

- the expression of one marked `-- inline` stands where it is called;
- the body of one that is called as a statement, or whose values are at once given to variables or fields,
  stands there (returns.py);
- those marked `-- rare`, and what only they reach, are made together when the first of them is called;
- the rest are declared first, the most used last.

What a text calls often of Redis's and Lua's libraries is looked up once: each name takes two searches of
tables. An outer variable of a function that is made costs each call an object of Lua's, so those of the rare
ones that have their last value by then are handed over where one is called.

The scripts help by their form: functions are local, end in a line `end`, and have no name in common with what
a caller has of its own (where they do, the function stays one). A variable is declared once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from .returns import without_returns

COMMENT = re.compile(r"^ *--.*\n", re.MULTILINE)
FUNCTION = re.compile(r"^local function (\w+)\(([^)\n]*)\)\n(.*?)^end$", re.MULTILINE | re.DOTALL)
RARE = re.compile(r"^-- rare\nlocal function (\w+)", re.MULTILINE)
INLINE = re.compile(r"^-- inline\nlocal function (\w+)\((.*)\)\n  return (.*)\nend\n", re.MULTILINE)
PLACE = re.compile(r"^function (\w+)$", re.MULTILINE)
WORD = re.compile(r'"[^"\n]*"|\w+')  # or a string, in which nothing is called
VARIABLE = re.compile(r'"[^"\n]*"|(?<![\w.])[a-z_]\w*\b(?! =[^=])')  # or a string; no field of a table
LOCAL = re.compile(r"\b(?:local|for) ([\w, ]+?)(?= =| in\b|$)", re.MULTILINE)
OUTER = re.compile(r"^local ([\w, ]+?)(?= =|$)", re.MULTILINE)
SET = re.compile(r"^ *(?!local )([^=\n]+?) =(?!=)", re.MULTILINE)
BEGIN = r"^(?<![(,{]\n)"  # of a statement: what it stands in is not a list over several lines
GIVEN = r"((?:[^()\n]|\([^()\n]*\))*)"  # between the parentheses of a call
ARGUMENTS = re.compile(r", (?![^()]*\))")
LIBRARY = re.compile(r'"[^"\n]*"|(?<![\w.])(?:math|redis|string|struct)\.[a-z]+\b')  # or a string
RARELY = "rarely"  # the function that makes the rare ones
OFTEN = 4  # calls of a function that stand in one text


def linked(text: str) -> str:
    text = _inlined(text)
    functions = {name: Function(name, head, body) for name, head, body in FUNCTION.findall(text)}
    reached = _reached(FUNCTION.sub("", text), functions)
    functions = {name: function for name, function in functions.items() if name in reached}
    main = FUNCTION.sub(r"function \1", COMMENT.sub("", text))
    _refuse_twins(main)
    script = Script(functions, frozenset(RARE.findall(text)), main)
    script.unfold()
    return COMMENT.sub("", script.text())


def _refuse_twins(main: str) -> None:
    """A function that is made later than where it was defined must find the same variables there."""
    declared = Counter(name for names in OUTER.findall(main) for name in names.split(", ") if name != "_")
    if twins := [name for name, times in declared.items() if times > 1]:
        raise ValueError(f"A script declares each variable once, but {', '.join(twins)} twice")


def _inlined(text: str) -> str:
    inline = INLINE.findall(text)
    text = INLINE.sub("", text)
    for at, (name, parameters, expression) in enumerate(inline):
        # The name first: a pattern that begins with a text is found much faster.
        call = re.compile(rf"{name}(?<!\w{name})\({GIVEN}\)")
        put = partial(_expression, parameters, expression)
        text = call.sub(put, text)
        inline[at + 1 :] = [(each, names, call.sub(put, body)) for each, names, body in inline[at + 1 :]]
    return text


def _expression(parameters: str, expression: str, call: re.Match[str]) -> str:
    given = (f"({each})" if " " in each else each for each in ARGUMENTS.split(call[1]))
    values = dict(zip(parameters.split(", "), given, strict=True))
    return f"({VARIABLE.sub(lambda word: values.get(word[0], word[0]), expression)})"


def _reached(
    text: str, functions: Mapping[str, Function], borders: frozenset[str] = frozenset()
) -> frozenset[str]:
    """The functions that a text calls, directly or through others; of `borders` no further."""
    reached: set[str] = set()
    ahead = WORD.findall(text)
    while ahead:
        word = ahead.pop()
        if word in functions and word not in reached:
            reached.add(word)
            ahead += () if word in borders else functions[word].words()
    return frozenset(reached)


def _looked_up(text: str) -> str:
    calls = Counter(LIBRARY.findall(text))
    often = sorted(name for name, times in calls.items() if times >= OFTEN and name[0] != '"')
    if not often:
        return text
    names = {name: name.replace(".", "_") for name in often}
    text = LIBRARY.sub(lambda call: names.get(call[0], call[0]), text)
    return f"local {', '.join(names.values())} = {', '.join(often)}\n{text}"


@lru_cache(1_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text))


@lru_cache(1_000)
def _names(text: str) -> frozenset[str]:
    return frozenset(name for names in LOCAL.findall(text) for name in names.split(", "))


def _set(text: str) -> set[str]:
    """The variables that are given another value."""
    return {name for names in SET.findall(text) for name in names.split(", ") if name.isidentifier()}


@dataclass(slots=True)
class Function:
    name: str
    parameters: str
    body: str

    def words(self) -> frozenset[str]:
        return _words(self.body)

    def __str__(self) -> str:
        return f"function {self.name}({self.parameters})\n{self.body}end"

    def unfolded_into(self, text: str, own: frozenset[str]) -> str:
        """A text with the body in place of the calls; `own` are names that the text alone has."""
        if f"{self.name}(" not in text or "function" in self.words() or self._outer() & own:
            return text
        call = rf"{self.name}\({GIVEN}\)$"
        text = re.sub(rf"^ *return {call}", self._last, text, flags=re.M)
        text = re.sub(rf"{BEGIN} *{call}", self._statement, text, flags=re.M)
        return re.sub(rf"^ *(local )?([\w, \[\]]+) = {call}", self._assignment, text, flags=re.M)

    def _outer(self) -> set[str]:
        return set(VARIABLE.findall(self.body)) - _names(self.body) - set(self.parameters.split(", "))

    def _last(self, call: re.Match[str]) -> str:
        return f"do\n{self._arguments(call[1])}{self.body}end\nreturn"

    def _statement(self, call: re.Match[str]) -> str:
        return without_returns(self._arguments(call[1]) + self.body, "local _")

    def _assignment(self, call: re.Match[str]) -> str:
        local, names, given = call.groups()
        results = ", ".join(f"{self.name}_{at}" for at, _ in enumerate(names.split(", ")))
        body = without_returns(self._arguments(given) + self.body, results)
        return f"local {results}\n{body}\n{local or ''}{names} = {results}"

    def _arguments(self, given: str) -> str:
        return f"local {self.parameters} = {given or 'nil'}\n" if self.parameters else ""


@dataclass(slots=True)
class Script:
    functions: dict[str, Function]  # in the order of their definition
    rare: frozenset[str]
    main: str  # with a line for each function where it was defined

    def unfold(self) -> None:
        before: list[Function] = []
        for function in self.functions.values():
            own = _names(function.body) | set(function.parameters.split(", "))
            for earlier in before:
                function.body = earlier.unfolded_into(function.body, own)
            if function.name not in self.rare:
                before.append(function)
        for function in before:
            self.main = function.unfolded_into(self.main, frozenset())

    def text(self) -> str:
        reached = _reached(PLACE.sub("", self.main), self.functions, self.rare)
        called = reached & self.rare
        often = reached - called
        seldom = _reached(" ".join(called), self.functions, often) - often
        if called:
            self._make_late(called, often, seldom)
            often |= {RARELY}

        def placed(match: re.Match[str]) -> str:
            return str(self.functions[match[1]]) if match[1] in often else ""

        return f"{self._declared(often)}\n{PLACE.sub(placed, _looked_up(self.main))}"

    def _make_late(self, called: frozenset[str], often: frozenset[str], seldom: frozenset[str]) -> None:
        """Have the rare ones called by a name that makes all of them first, behind the last of them."""
        call = re.compile(rf"\b({'|'.join(called)})\((\))?")
        made = [name for name in self.functions if name in seldom]
        place = f"function {made[-1]}\n"
        before, behind = self.main.split(place)
        final = "".join(f"{name}, " for name in self._final(before, behind, often, called, seldom))

        def by_name(found: re.Match[str]) -> str:
            return f'{RARELY}({final}"{found[1]}"{found[2] or ", "}'

        for name, function in self.functions.items():
            if name not in seldom:
                function.body = call.sub(by_name, function.body)
        if early := call.search(before):
            raise ValueError(f"{early[1]} is called before {made[-1]} is made: it can't be rare")
        self.main = f"{before}local made\nfunction {RARELY}\n{call.sub(by_name, behind)}"
        texts = "\n".join(str(self.functions[name]) for name in made)
        table = ", ".join(f"{name} = {name}" for name in sorted(called))
        making = f"{self._declared(seldom)}\n{_looked_up(texts)}\nmade = {{ {table} }}\n"
        body = f"if not made then\n{making}end\nreturn made[name](...)\n"
        self.functions[RARELY] = Function(RARELY, f"{final}name, ...", body)

    def _final(
        self,
        before: str,
        behind: str,
        often: frozenset[str],
        called: frozenset[str],
        seldom: frozenset[str],
    ) -> list[str]:
        """Outer variables of the seldom that mean one thing wherever one is called, and get no other value
        behind the place where these are made."""
        bodies = [self.functions[name] for name in often | seldom]
        callers = [f"function {name}\n" for name in often if self.functions[name].words() & called]
        first = min((before.find(place) for place in callers if place in before), default=len(before))
        used = set().union(*(VARIABLE.findall(self.functions[name].body) for name in seldom))
        declared = Counter(name for names in LOCAL.findall(before + behind) for name in names.split(", "))
        outer = {name for names in OUTER.findall(before[:first]) for name in names.split(", ")}
        shadowed = set().union(*(_names(each.body) | set(each.parameters.split(", ")) for each in bodies))
        changed = _set(behind).union(*(_set(each.body) for each in bodies))
        return sorted(name for name in (outer & used) - shadowed - changed if declared[name] == 1)

    def _declared(self, names: Iterable[str]) -> str:
        users = {name: sum(name in self.functions[each].words() for each in names) for name in names}
        order = sorted(users, key=lambda name: (users[name], name))
        return f"local {', '.join(order)}" if order else ""
