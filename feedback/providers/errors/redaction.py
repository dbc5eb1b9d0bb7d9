"""The text of an error, fit to be kept: without accounts, keys, ids, people and the student's words."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from .classing import plain_code

KEPT = 600  # characters
READ = 4_000  # characters; an error that is longer has its cause at its beginning
MESSAGES = ("error", "message", "Message", "detail")  # keys in the JSON of an error
LAYERS = 8  # of JSON, in objects and in strings
PASSES = 6  # what one pass leaves may hold quotations of its own
QUOTED = 60  # a quotation from this length on may be the student's text

Replacement = str | Callable[[re.Match[str]], str]

# In this order. No replacement holds anything that a pattern finds.
PATTERNS: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    (re.compile(r"[^\s@<>\"'`]+@[^\s@<>\"'`]+"), "<email>"),
    (re.compile(r"\bBearer\s+(?!<key>|[Tt]oken\b)[^\s\"'`<>]+"), "Bearer <key>"),
    (re.compile(r"(?:sk|bedrock-api-key)-[A-Za-z0-9_*=+/.-]+"), "<key>"),
    (re.compile(r"(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|APKA|ABIA|ACCA|ABSK)[A-Za-z0-9+/=]{8,}"), "<key>"),
    # Of an ARN its service, its region and the name of a public model stay; roles and sessions name people.
    (
        re.compile(
            r"arn:(aws[\w-]*):(\w[\w-]*):([\w-]*):[^\s:]*:"
            r"(?:((?:foundation-model|inference-profile)/[\w.:-]+)|([a-z-]+)[/:][^\s\"'`,;)}\]]*)"
        ),
        lambda arn: f"arn:{arn[1]}:{arn[2]}:{arn[3]}::{arn[4] or f'{arn[5]}/<name>'}",
    ),
    (re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"), "<id>"),
    (re.compile(r"\b(?:req|chatcmpl|msg|cmpl|resp)[_-][A-Za-z0-9]{6,}"), "<id>"),
    (re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}|[0-9]{12,}"), "<account>"),
    (re.compile(r"[A-Za-z0-9+/=_-]{40,}"), "<token>"),
)
QUOTATION = re.compile(r'"([^"]*)"|“([^”]*)”|`([^`]*)`|(?<!\w)\'([^\']*)\'(?!\w)')


def redact(text: str) -> str:
    """What the service itself wrote, at most KEPT characters. Pass its message, or the JSON that holds it.

    Never raises, and redacting once more changes nothing: a text that never settles isn't kept.
    """
    for _ in range(PASSES):
        before, text = text, _redacted(text)
        if text == before:
            return text
    return "<unreadable>"


def fingerprint_of(service: str, code: str, text: str) -> str:
    """One name for one unknown text of a service: the same with other ids, numbers and quotations."""
    plain = QUOTATION.sub("<quoted>", redact(text)).casefold()
    plain = re.sub(r"<\w+>", "#", plain)
    plain = " ".join(re.sub(r"[0-9][0-9.,:]*", "#", plain).split())
    named = "\n".join((service, plain_code(code), plain))
    return hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]


def _redacted(text: str) -> str:
    text = _message(text)[:READ]
    if '\\"' in text and not re.search(r'(?<!\\)"', text):
        text = text.replace('\\"', '"')  # JSON within a string: these are its quotation marks
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return QUOTATION.sub(_quotation, text).strip()[:KEPT].strip()


def _quotation(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) < QUOTED else f"{found[0][0]}<quoted>{found[0][-1]}"


def _message(text: str) -> str:
    """The message within an error's JSON; the text itself where it is none."""
    content: object = text
    for _ in range(LAYERS):
        if isinstance(content, str):
            content = _parsed(content)
        if not isinstance(content, dict):
            break
        content = next((content[key] for key in MESSAGES if content.get(key)), "")
    return content if isinstance(content, str) and content else text


def _parsed(text: str) -> object:
    try:
        return json.loads(text) if text.lstrip().startswith("{") else text
    except (ValueError, RecursionError):
        return text
