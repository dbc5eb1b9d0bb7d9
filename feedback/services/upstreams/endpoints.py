"""Endpoints of upstreams: changed by an operator, and brought along by a release."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse
from django.utils import timezone

from feedback.models import Document, Endpoint, Job, LanguageModel
from feedback.models.upstreams.language_models import FACTS
from feedback.providers.models.catalogue import ModelFacts, read_catalogue
from feedback.providers.models.choice import refusals
from feedback.selectors.upstreams import endpoints as selectors
from feedback.services.upstreams.prices import seed_prices
from limiter.models import Upstream
from limiter.services import create_upstream
from limiter.services.writing import assign, report_change, require

AWS_HOSTS = ("*.amazonaws.com", "*.amazonaws.com.cn", "*.api.aws")
KEY_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*_API_KEY")
SEED = "seed"  # the author of what a release brings along
SERVER = {
    "target": "compatible",
    "queue": "compatible",
    "max_in_flight": 8,
}  # the limits that one begins with
UNSET = ("upstream", "version", "changed_at")  # fields of a row that no person fills in
SETTINGS: tuple[str, ...] = tuple(
    field.name for field in Endpoint._meta.concrete_fields if field.name not in UNSET
)
COLUMNS = tuple("model_id" if name == "model" else name for name in SETTINGS)
MODEL_SETTINGS: tuple[str, ...] = tuple(
    field.name for field in LanguageModel._meta.concrete_fields if field.name not in ("name", "edited")
)


# Endpoints ------------------------------------------------------------------------------------


@transaction.atomic
def change_endpoint(*, upstream: str, changes: Mapping[str, Any], author: str, reason: str) -> Endpoint:
    """Set what an upstream's calls go to; the next call of every process uses it, within two seconds.

    `changes` are names of SETTINGS; a model is named. Raises ValidationError with a sentence at the field
    where the model can't do what is asked, Upstream.DoesNotExist for an unknown upstream.
    """
    require(author=author, reason=reason)
    Upstream.objects.select_for_update().get(name=upstream)
    row = Endpoint.objects.filter(upstream=upstream).first() or _new(upstream)
    values = dict(_read(name, value) for name, value in changes.items())
    if not assign(row, values, COLUMNS) and not row._state.adding:
        return row
    row.version += not row._state.adding
    row.full_clean()
    check(row)
    report_change(row, author=author, reason=reason)
    row.save()
    transaction.on_commit(selectors.forget)
    transaction.on_commit(seed_prices)
    return row


def values_of(upstream: str) -> dict[str, Any]:
    """Each of SETTINGS as the row has it; a limiter.configuration.companion."""
    row = Endpoint.objects.filter(upstream=upstream).first() or _new(upstream)
    return {name: row.__dict__.get(f"{name}_id" if name == "model" else name) for name in SETTINGS}


def uses_of(upstream: str) -> list[str]:
    """Of a limiter.configuration.companion: pages of what was sent there show where it went."""
    rows = {
        "documents": Document.objects.filter(upstream=upstream),
        "jobs": Job.objects.filter(upstream=upstream),
    }
    return [f"{name} have gone there" for name, there in rows.items() if there.exists()]


def admin_url(upstream: str) -> str:
    """Of a limiter.configuration.companion: the endpoint's form, or the one that makes it."""
    if Endpoint.objects.filter(upstream=upstream).exists():
        return reverse("admin:feedback_endpoint_change", args=[upstream])
    return f"{reverse('admin:feedback_endpoint_add')}?upstream={upstream}"


def _new(upstream: str) -> Endpoint:
    try:
        provider = selectors.surroundings_of(upstream).provider
    except LookupError:
        provider = Endpoint.Provider.BEDROCK
    return Endpoint(upstream_id=upstream, provider=provider)


def _read(name: str, value: Any) -> tuple[str, Any]:
    """Column and value: a model goes by its key, and a command says extra fields as JSON."""
    if name == "model":
        key = value.pk if isinstance(value, LanguageModel) else (value or None)
        if key and not LanguageModel.objects.filter(pk=key).exists():
            raise ValidationError({"model": f"There is no model {key}: see the admin, Models."})
        return "model_id", key
    if name == "extra_fields" and isinstance(value, str):
        value = _object(value)
    return name, value


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        raise ValidationError({"extra_fields": "This is not JSON."}) from None
    if not isinstance(value, dict):
        raise ValidationError({"extra_fields": "This is no JSON object."})
    return value


def check(row: Endpoint) -> None:
    """Hold a row against the model and the place that it would call. Raises ValidationError."""
    try:
        target = selectors.resolve(row)
    except LookupError as error:
        raise ValidationError({"provider": str(error)}) from None
    except ValueError as error:  # the model has no profile in that region
        raise ValidationError({"region": str(error)}) from None
    problems = dict(reversed(list(refusals(selectors.choice_of(row), target.facts))))
    if target.facts.ended(timezone.localdate()):
        problems["model"] = f"{target.facts.title} has ended on {target.facts.end_of_life}: choose another."
    if row.provider == Endpoint.Provider.OPENAI_COMPATIBLE:
        problems |= _server_refused(row, target)
    elif row.key_variable:
        problems["key_variable"] = "Only a chat-completions server takes a key."
    if row.address and not address_allowed(row.address):
        problems["address"] = (
            "Texts may not be sent there: whoever runs this site must name its host in PROVIDER_ADDRESSES."
        )
    if problems:
        raise ValidationError(problems)


def _server_refused(row: Endpoint, target: selectors.Target) -> dict[str, str]:
    problems = {}
    if not target.address:
        problems["address"] = "A chat-completions server needs its address."
    if not target.model_id:
        problems["called_as"] = "Name the model as the server knows it."
    if row.key_variable and not KEY_VARIABLE.fullmatch(row.key_variable):
        problems["key_variable"] = "The variable's name must end in _API_KEY: no other secret is sent."
    for name in ("guardrail", "latency", "credentials_profile", "credentials_role", "cache"):
        if getattr(row, name):
            problems[name] = "This is Bedrock's alone: leave it empty for a chat-completions server."
    return problems


def address_allowed(address: str) -> bool:
    """AWS's own hosts, those that the environment names as an address, and PROVIDER_ADDRESSES."""
    simulator = "" if settings.PRODUCTION else settings.SIMULATOR_URL
    named = (settings.BEDROCK_ENDPOINT_URL, settings.COMPATIBLE_URL, simulator)
    if any(each and _place(each) == _place(address) for each in named):
        return True
    host = urlsplit(address).hostname or ""
    if urlsplit(address).scheme == "https" and any(fnmatchcase(host, each) for each in AWS_HOSTS):
        return True
    return any(fnmatchcase(host, each) for each in settings.PROVIDER_ADDRESSES)


def _place(address: str) -> tuple[str, int | None]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port


# Models ---------------------------------------------------------------------------------------


@transaction.atomic
def change_model(*, name: str, values: Mapping[str, Any], author: str, reason: str) -> LanguageModel:
    """Add a model, or correct what a row says; a new release leaves it alone then. Raises ValidationError."""
    require(author=author, reason=reason)
    row = LanguageModel.objects.select_for_update().filter(name=name).first() or LanguageModel(name=name)
    if not assign(row, values, MODEL_SETTINGS) and not row._state.adding:
        return row
    row.edited = True
    row.full_clean()
    report_change(row, author=author, reason=reason)
    row.save()
    transaction.on_commit(selectors.forget)
    return row


def seed_models() -> int:
    """Bring the release's models into the table; returns how many rows are new or different.

    What an operator has edited stays, and so does what the release no longer has.
    """
    rows = LanguageModel.objects.in_bulk()
    wanted = {facts.name: _values_of(facts) for facts in read_catalogue().models.values()}
    behind = {name: values for name, values in wanted.items() if _is_behind(rows.get(name), values)}
    changed = [LanguageModel(name=name, **values) for name, values in behind.items()]
    LanguageModel.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["name"], update_fields=MODEL_SETTINGS
    )
    return len(changed)


def _is_behind(row: LanguageModel | None, values: Mapping[str, Any]) -> bool:
    if row is None:
        return True
    return not row.edited and any(getattr(row, name) != value for name, value in values.items())


@transaction.atomic
def seed_endpoints() -> int:
    """An empty row for each upstream that the environment knows; returns how many are new."""
    if settings.COMPATIBLE_URL and not Upstream.objects.filter(name="compatible").exists():
        create_upstream(
            name="compatible", values=SERVER, author=SEED, reason="COMPATIBLE_URL names a server."
        )
    there = set(Endpoint.objects.values_list("upstream_id", flat=True))
    missing = [name for name in Upstream.objects.values_list("name", flat=True) if name not in there]
    rows = [_new(name) for name in missing if _is_called(name)]
    return len(Endpoint.objects.bulk_create(rows, ignore_conflicts=True))


def _is_called(upstream: str) -> bool:
    try:
        selectors.surroundings_of(upstream)
    except LookupError:
        return False
    return True


def _values_of(facts: ModelFacts) -> dict[str, Any]:
    values = {name: getattr(facts, name) for name in FACTS if name != "name"}
    lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    sources = [
        {**asdict(each), "facts": list(each.facts), "checked": each.checked.isoformat()}
        for each in facts.sources
    ]
    return {**values, **lists, "model_id": facts.id, "sources": sources}


def seed_after_migrate(using: str, **kwargs: object) -> None:
    """Seed once all tables are there (migrate may have stopped on the way, or gone backwards)."""
    if using == DEFAULT_DB_ALIAS:
        loader = MigrationLoader(connections[using])
        if set(loader.graph.leaf_nodes("feedback")) <= set(loader.applied_migrations):
            seed_models()
            seed_endpoints()
            seed_prices()
