"""What people do in the middle of the work: they delete, cancel, suspend, and change the rules."""

from __future__ import annotations

import http.client
import time
from contextlib import suppress
from html import unescape

from .load import Accepted, Person, essay
from .people import CAP, RATE
from .scene import Scene, fault

LOWER_CAP = 2


@fault("document-deleted", extra_calls=0)
def document_deleted(scene: Scene) -> None:
    person, document, title = _hand_in(scene)
    scene.gone.add(document)
    scene.wait_for_calls()
    path = f"/documents/{document}/delete/"
    status, _ = person.send(path, {**_csrf(person, path), "typed": title})
    if status != 302:
        raise AssertionError(f"the deletion was answered with {status}")


@fault("document-cancelled", extra_calls=0)
def document_cancelled(scene: Scene) -> None:
    person, document, _ = _hand_in(scene)
    scene.cancelled.add(document)
    scene.wait_for_calls()
    status, _ = person.send(f"/documents/{document}/cancel/", _csrf(person, f"/documents/{document}/"))
    if status != 302:
        raise AssertionError(f"the cancelling was answered with {status}")


@fault("account-deleted", extra_calls=0, spoils=True)
def account_deleted(scene: Scene) -> None:
    """The last of the people goes, with all that is under way."""
    person = scene.load.people[-1]
    scene.wait_for_calls()
    scene.load.left_out.add(person.email)
    scene.stage.wait_until(lambda: not scene.load.is_at_work(person), "what was being handed in is in")
    path = "/my-data/delete-account/"
    fields = {**_csrf(person, path), "typed": person.email, "password": scene.stage.people["password"]}
    status, _ = person.send(path, fields)
    if status != 302:
        raise AssertionError(f"the deletion was answered with {status}")
    scene.gone.update(each.document for each in scene.load.accepted if each.email == person.email)


@fault("person-suspended", extra_calls=1)
def person_suspended(scene: Scene) -> None:
    """For a while: what they have handed in waits, and goes on afterwards."""
    email = scene.load.people[0].email
    scene.stage.act("suspend", email, "yes")
    scene.last(10, doctor=False)
    scene.stage.act("suspend", email, "no")


@fault("cap-lowered", extra_calls=0)
def cap_lowered(scene: Scene) -> None:
    scene.wait_for_calls(3)
    _change(scene, f'{{"max_in_flight": {LOWER_CAP}}}')
    scene.caps.append((time.time(), LOWER_CAP))
    scene.last(15, doctor=False)
    scene.caps.append((time.time(), CAP))
    _change(scene, f'{{"max_in_flight": {CAP}}}')


@fault("rule-changed", extra_calls=0)
def rule_changed(scene: Scene) -> None:
    """Another algorithm for the rate, and back."""
    scene.wait_for_calls()
    _change(scene, f'{{"requests_algorithm": "leaky_bucket", "requests_per_minute": {RATE // 2}}}')
    scene.last(8, doctor=False)
    _change(scene, f'{{"requests_algorithm": "token_bucket", "requests_per_minute": {RATE}}}')


def _change(scene: Scene, changes: str) -> None:
    scene.stage.act("change", changes)


def _hand_in(scene: Scene) -> tuple[Person, str, str]:
    """One more document, with sections enough to be in the middle of them."""
    person = scene.load.people[0]
    text, markers = essay(scene.chance, 6)
    title = f"Essay {scene.chance.getrandbits(24):06x}"
    for _ in range(60):
        with suppress(OSError, http.client.HTTPException):
            _, leads_to = person.send("/submit/", {**person.form("/submit/"), "title": title}, text)
            if "/documents/" in leads_to:
                document = leads_to.split("/")[2]
                scene.load.accepted.append(Accepted(document, person.email, markers, time.time()))
                return person, document, title
        time.sleep(1)
    raise AssertionError("nothing was accepted")


def _csrf(person: Person, path: str) -> dict[str, str]:
    return {"csrfmiddlewaretoken": unescape(person.form(path)["csrfmiddlewaretoken"])}
