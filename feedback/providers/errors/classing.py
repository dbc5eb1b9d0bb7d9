"""Errors of providers classed by whom they concern: the moment, one request, or the account and upstream."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from feedback.providers.models.generation import LEARNABLE

FILE = Path(__file__).with_name("errors.toml")

NEVER_LEARNT = frozenset(("guardrail", "max_tokens", "region", "metadata"))

LONGEST = 20_000  # characters of a text that are searched


class Concerns(StrEnum):
    MOMENT = "moment"  # try again, as the gate decides
    REQUEST = "request"  # ends for this request alone
    ACCOUNT = "account"  # the upstream pauses; nothing ends one by one


@dataclass(frozen=True, slots=True)
class Classed:
    """The class of an error. Where known is false, a text of an operator's class comes first."""

    concerns: Concerns
    cause: str
    field: str  # of the request, where the model refuses one
    quota: str  # "tokens" or "requests", where a throttle names it
    rule_id: str
    known: bool

    @property
    def learnable(self) -> bool:
        """The call may be made again without the field, through the gate and paid like any other."""
        return self.field in LEARNABLE


@dataclass(frozen=True, slots=True)
class ErrorRule:
    id: str
    situation: str
    concerns: Concerns
    cause: str
    source: str
    example: str
    example_code: str
    example_status: int | None
    service: str = ""  # empty: any
    codes: tuple[str, ...] = ()  # casefolded; empty: any
    statuses: tuple[str, ...] = ()  # "429", "5xx"; empty: any
    text: re.Pattern[str] | None = None
    field: str = ""
    quota: str = ""
    known: bool = True

    def fits(self, service: str, code: str, status: int | None, text: str) -> bool:
        return (
            self.service in ("", service)
            and (not self.codes or code in self.codes)
            and (not self.statuses or _has(self.statuses, status))
            and (self.text is None or self.text.search(text) is not None)
        )

    def classed(self) -> Classed:
        return Classed(self.concerns, self.cause, self.field, self.quota, self.id, self.known)


@functools.cache
def read_rules(path: Path = FILE) -> tuple[ErrorRule, ...]:
    """In the order in which they are tried. Raises ValueError with the id of a rule that has a mistake."""
    rules = tuple(_rule(table) for table in tomllib.loads(path.read_text("utf-8"))["rules"])
    if len({rule.id for rule in rules}) < len(rules):
        raise ValueError("errors.toml has an id twice")
    return rules


def classify(service: str, code: str = "", status: int | None = None, text: str = "") -> Classed:
    """The class of one error: by the first rule that fits, and one always does.

    service is "bedrock" or "openai"; code is the service's own or the class name of a client's exception, or
    as "ThrottlingException:http://..." or "namespace#ThrottlingException"; status is that of HTTP.
    """
    plain, searched = plain_code(code), text[:LONGEST]
    return next(rule.classed() for rule in read_rules() if rule.fits(service, plain, status, searched))


def plain_code(code: str) -> str:
    """A code without namespace and address; within a stream a name begins in lower case."""
    return code.partition(":")[0].rpartition("#")[2].strip().casefold()


def _has(statuses: tuple[str, ...], status: int | None) -> bool:
    return status is not None and (str(status) in statuses or f"{status // 100}xx" in statuses)


def _rule(table: Mapping[str, Any]) -> ErrorRule:
    values = dict(table)
    codes, statuses = _listed(values.pop("code", [])), _listed(values.pop("status", []))
    pattern = values.pop("text", None)
    try:
        return ErrorRule(
            codes=tuple(plain_code(code) for code in codes),
            statuses=tuple(statuses),
            text=re.compile(pattern, re.IGNORECASE | re.DOTALL) if pattern else None,
            concerns=Concerns(values.pop("concerns")),
            example_code=values.pop("example_code", codes[0] if codes else ""),
            example_status=values.pop("example_status", _number(statuses)),
            **values,
        )
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise ValueError(f"errors.toml, {table.get('id', 'a rule without an id')}: {error}") from error


def _listed(value: str | int | list[str | int]) -> list[str]:
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def _number(statuses: list[str]) -> int | None:
    return int(statuses[0]) if statuses and statuses[0].isdigit() else None
