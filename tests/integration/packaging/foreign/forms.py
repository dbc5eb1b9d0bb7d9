"""Migrates, makes a row of each kind, opens each page of the limiter in the admin, and prints their paths."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402

from limiter import selectors, services  # noqa: E402
from limiter.gates import get_gate  # noqa: E402
from limiter.models import Upstream  # noqa: E402

BY = {"author": "somebody", "reason": "a test"}
EDITS = {"max_in_flight": "2", "reason": "fewer"}


def fill() -> None:
    services.create_upstream(name="calls", values={"requests_per_minute": 60, "max_in_flight": 4}, **BY)
    services.create_upstream(name="others", values={}, **BY)
    services.set_pool(name="both", members=["calls", "others"], changes={}, **BY)
    services.create_plan(name="standard", values={"is_default": True}, **BY)
    services.set_flow_policy(flow="user:1", changes={"weight_factor": 2}, **BY)
    services.set_group_policy(group="customer", changes={"weight": 3}, **BY)


def pages() -> Iterator[str]:
    request = RequestFactory().get("/")
    request.user = get_user_model().objects.get()
    for model, pages_of in admin.site._registry.items():
        if model._meta.app_label != "limiter":
            continue
        base = f"admin:limiter_{model._meta.model_name}"
        yield reverse(f"{base}_changelist")
        if pages_of.has_add_permission(request):
            yield reverse(f"{base}_add")
        for row in model._default_manager.all():
            yield reverse(f"{base}_change", args=[row.pk])
    yield reverse("admin:limiter_upstream_control", args=["calls"])


def main() -> None:
    call_command("migrate", verbosity=0)
    operator = get_user_model().objects.create_superuser("operator")
    fill()
    call_command("check", fail_level="WARNING", databases=["default"])
    setup_test_environment()  # or no answer has its context
    client = Client()
    client.force_login(operator)
    for page in pages():
        answer = client.get(page)
        assert answer.status_code == 200, (page, answer.status_code)
        sys.stdout.write(f"{page}\n")
    change = reverse("admin:limiter_upstream_change", args=["calls"])
    shown = client.get(change).context["adminform"].form
    form = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    typed = {name: value for name, value in form.items() if value not in (None, False)} | EDITS
    preview = client.post(reverse("admin:limiter_upstream_preview", args=["calls"]), typed)
    assert preview.status_code == 200, preview.status_code
    assert client.post(change, typed).status_code == 302
    assert Upstream.objects.get(name="calls").max_in_flight == 2
    assert get_gate().status("calls").version == 2
    assert len(list(selectors.all_upstreams())) == 2
    services.create_upstream(name="former", values={}, **BY)
    removal = reverse("admin:limiter_upstream_remove", args=["former"])
    page = client.get(reverse("admin:limiter_upstream_change", args=["former"])).content.decode()
    assert removal in page
    client.post(removal, {"reason": "over"})
    assert not Upstream.objects.filter(name="former").exists()
    assert (
        "Concurrency limits by name"
        in client.get(reverse("admin:limiter_upstream_changelist")).content.decode()
    )


if __name__ == "__main__":
    main()
