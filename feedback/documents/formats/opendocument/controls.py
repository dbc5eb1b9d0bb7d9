"""The controls of a form in an OpenDocument text: what was typed, ticked and chosen."""

from __future__ import annotations

from collections.abc import Iterator

from feedback.documents.formats.safe_xml import Element

TICKED, EMPTY = "☒", "☐"
_TYPED = frozenset({"text", "textarea", "formatted-text", "number", "date", "time", "combobox"})


class Controls:
    """The controls of one document, by their names; each stands in the text where it is drawn."""

    def __init__(self, content: Element) -> None:
        self._controls = {
            name: control
            for forms in content.iter("forms")
            for control in forms.iter()
            if (name := control.get("id"))
        }

    def text(self, name: str) -> str:
        """What a control shows; empty for one without an answer, and for a button or a password."""
        control = self._controls.get(name)
        return " ".join(_shown(control)).strip() if control is not None else ""


def _shown(control: Element) -> Iterator[str]:
    if control.tag in _TYPED:
        yield control.get("current-value", "") or control.get("value", "")
        yield from ("".join(each.itertext()).strip() for each in control.findall("p"))
    elif control.tag in {"checkbox", "radio"}:
        is_ticked = control.get("current-state") == "checked" or control.get("current-selected") == "true"
        yield TICKED if is_ticked else EMPTY
        yield control.get("label", "")
    elif control.tag == "listbox":
        yield from (
            option.get("label", "")
            for option in control.findall("option")
            if option.get("current-selected") == "true"
        )
