"""The text of an error is kept without accounts, keys, people and the student's words."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedback.providers.errors.classing import ErrorRule, read_rules
from feedback.providers.errors.redaction import KEPT, fingerprint_of, redact

ESSAY = "The industrial revolution changed how people lived, worked and thought about time itself."
KEY = re.compile(r"(AKIA|ASIA)[A-Z0-9]{16}")
ACCOUNT = re.compile(r"[0-9]{12}")
KEYS = st.text("ABYZ059", min_size=16, max_size=16).map("AKIA{}".format)
ACCOUNTS = st.text("0123456789", min_size=12, max_size=12)
JSON = st.recursive(
    st.text() | st.integers(), lambda inner: st.dictionaries(st.sampled_from(["error", "message"]), inner)
)
NOISE = st.text(st.sampled_from("\"`'“”\\ {}:<>@-_/.#aA0129é\n") | st.characters(), max_size=80)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "User: arn:aws:sts::123456789012:assumed-role/Course/ada.lovelace is not authorized",
            "User: arn:aws:sts:::assumed-role/<name> is not authorized",
        ),
        (
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-7 is gone",
            "arn:aws:bedrock:eu-west-1::inference-profile/eu.anthropic.claude-opus-4-7 is gone",
        ),
        (
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
            "arn:aws:bedrock:us-east-1::application-inference-profile/<name>",
        ),
        ("account 123456789012, or 1234-5678-9012", "account <account>, or <account>"),
        ("the key AKIAIOSFODNN7EXAMPLE is unknown", "the key <key> is unknown"),
        ("Incorrect API key provided: sk-abc***xyz.", "Incorrect API key provided: <key>"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer <key>"),
        ("RequestID: 158a2e26-c851-4440-9f98-e3065df1de46", "RequestID: <id>"),
        ("request_id req_011CYFKFQUW16kvBsXKy4JSr", "request_id <id>"),
        ("write to ada@example.org", "write to <email>"),
        (f'the text "{ESSAY}" is not allowed', 'the text "<quoted>" is not allowed'),
        (f"value `{ESSAY}` failed", "value `<quoted>` failed"),
        (f"value “{ESSAY}” failed", "value “<quoted>” failed"),
        (f"value '{ESSAY}' failed", "value '<quoted>' failed"),
        (f'{{"message":"It has \\"{ESSAY}\\" here"}}', 'It has "<quoted>" here'),
        ('{"error":{"message":"Loading model","code":503}}', "Loading model"),
        ('{"Message":"Bearer Token has expired"}', "Bearer Token has expired"),
        (f'{{\\"message\\":\\"Loading model\\",\\"input\\":\\"{ESSAY}\\"}}', "Loading model"),
    ],
)
def test_what_is_kept(text: str, kept: str) -> None:
    assert redact(text) == kept


@pytest.mark.parametrize("rule", [rule for rule in read_rules() if rule.known], ids=lambda rule: rule.id)
def test_the_words_that_decide_stay_readable(rule: ErrorRule) -> None:
    kept = redact(rule.example)
    assert rule.text is None or rule.text.search(kept)


@pytest.mark.parametrize("text", ['{"error":' * 5_000 + "1" + "}" * 5_000, "{" * 5_000, "a" * 1_000_000])
def test_no_text_is_too_deep_or_too_long(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_no_more_is_kept_than_an_operator_reads() -> None:
    assert len(redact("word " * 10_000)) <= KEPT


@given(NOISE, KEYS, NOISE, ACCOUNTS, NOISE)
def test_no_key_and_no_account_is_kept(before: str, key: str, between: str, account: str, after: str) -> None:
    kept = redact(before + key + between + account + after)
    assert not KEY.search(kept)
    assert not ACCOUNT.search(kept)


@given(NOISE, KEYS | ACCOUNTS | st.just(ESSAY) | st.emails(), NOISE)
def test_redacting_once_more_changes_nothing(before: str, private: str, after: str) -> None:
    once = redact(before + private + after)
    assert redact(once) == once


@given(st.text())
def test_any_text_can_be_redacted(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(JSON)
@example({"error": {"message": '"`', "error": -10000000}, "message": {"error": "\x1f\x07`"}})
def test_json_of_any_depth_can_be_redacted(content: object) -> None:
    once = redact(json.dumps(content))
    assert redact(once) == once


def test_the_same_text_with_other_ids_has_the_same_fingerprint() -> None:
    def text(account: str, request: str, model: str, words: str) -> str:
        role = f"arn:aws:sts::{account}:assumed-role/r/s"
        return f"User {role}, request {request}: {model} refused '{words}' after 3.5 s"

    one = text("123456789012", "158a2e26-c851-4440-9f98-e3065df1de46", "nova-2", "some words")
    other = text("210987654321", "00000000-c851-4440-9f98-e3065df1de46", "nova-3", ESSAY)
    assert fingerprint_of("bedrock", "X", one) == fingerprint_of("bedrock", "aws#x", other)


def test_other_words_services_and_codes_have_other_fingerprints() -> None:
    prints = {
        fingerprint_of("bedrock", "X", "This is new."),
        fingerprint_of("bedrock", "X", "This is newer."),
        fingerprint_of("bedrock", "Y", "This is new."),
        fingerprint_of("openai", "X", "This is new."),
    }
    assert len(prints) == 4


@given(st.text(), st.text(), st.text())
def test_any_error_has_a_fingerprint(service: str, code: str, text: str) -> None:
    assert len(fingerprint_of(service, code, text)) == 32
