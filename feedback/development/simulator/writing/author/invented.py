"""A value that is valid for any JSON schema, from the words of the text that was sent.

Meant for the schemas that clients send: types, combinations, bounds, formats, references. `not`, `if` and
`dependentSchemas` are not read, so a value may break one.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from feedback.development.simulator.writing.prompt import Schema
from feedback.development.simulator.writing.schemas import joined, resolved

from .patterns import matching
from .sentences import sentences, words

DEEPEST = 6  # optional parts are left out below, so a schema that holds itself comes to an end
BOTTOMLESS = 40  # ... and one that must hold itself has no finite value at all
FEWEST_ITEMS = 2

_FORMATS: Mapping[str, str] = {
    "date": "2026-03-14",
    "time": "09:30:00Z",
    "date-time": "2026-03-14T09:30:00Z",
    "duration": "P1D",
    "email": "reader@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.org/text",
    "uri-reference": "/text",
    "uuid": "3f333df6-90a4-4fda-8dd3-9485d27cee36",
    "regex": "^.*$",
    "json-pointer": "/text",
}


class Inventor:
    """Writes for one schema. The same schema, text and seed give the same value."""

    def __init__(self, root: Schema, text: str, seed: int) -> None:
        self._root = root
        self._chance = random.Random(f"{seed}:{text}")  # noqa: S311 - to be repeated, not to be secret
        self._sentences = sentences(text)[:50] or ["There is no text here."]
        self._words = [word for word in words(text)[:400] if len(word) > 3] or ["text"]

    def value(self, schema: Any, depth: int = 0) -> Any:
        if depth > BOTTOMLESS:
            raise RecursionError("The schema has no finite value.")
        schema = self._chosen(resolved(schema, self._root), depth)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self._chance.choice(schema["enum"])
        return self._writers()[self._type(schema)](schema, depth)

    def _chosen(self, schema: Schema, depth: int) -> Schema:
        """One of the alternatives, joined to what holds for all; deep down the simplest."""
        for keyword in ("anyOf", "oneOf"):
            alternatives = schema.get(keyword)
            if not alternatives:
                continue
            rest = {name: value for name, value in schema.items() if name != keyword}
            found = [resolved(alternative, self._root) for alternative in alternatives]
            simple = [one for one in found if self._type(one) not in ("object", "array")]
            return self._chosen(joined(rest, (simple if depth >= DEEPEST and simple else found)[0]), depth)
        return schema

    @staticmethod
    def _type(schema: Schema) -> str:
        named = schema.get("type")
        if isinstance(named, list):
            named = next((one for one in named if one != "null"), "null")
        if named:
            return str(named)
        if schema.keys() & {"properties", "required", "additionalProperties"}:
            return "object"
        if schema.keys() & {"items", "prefixItems", "minItems"}:
            return "array"
        return "integer" if schema.keys() & {"minimum", "maximum", "multipleOf"} else "string"

    def _writers(self) -> Mapping[str, Callable[[Schema, int], Any]]:
        return {
            "object": self._object,
            "array": self._array,
            "string": lambda schema, _: self._string(schema),
            "integer": lambda schema, _: self._number(schema, step=1),
            "number": lambda schema, _: self._number(schema, step=None),
            "boolean": lambda _schema, _depth: self._chance.random() < 0.5,
            "null": lambda _schema, _depth: None,
        }

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties, required = schema.get("properties", {}), schema.get("required", [])
        names = [name for name in properties if depth < DEEPEST or name in required]
        value = {name: self.value(properties[name], depth + 1) for name in names}
        others = schema.get("additionalProperties", True)
        for name in required:
            if name not in value:
                value[name] = self.value(others, depth + 1)
        for number in range(schema.get("minProperties", 0) - len(value)):
            value[f"{self._chance.choice(self._words)}_{number}"] = self.value(others, depth + 1)
        return value

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        leading = schema.get("prefixItems", [])
        fewest, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        wanted = max(fewest, len(leading), FEWEST_ITEMS if depth < DEEPEST else 0)
        items = schema.get("items", {})
        if items is False:
            wanted = len(leading)
        value: list[Any] = []
        for index in range(int(min(wanted, most))):
            item = self.value(leading[index] if index < len(leading) else items, depth + 1)
            if schema.get("uniqueItems") and item in value:
                item = self._another(items, value, depth)
                if item in value:
                    break
            value.append(item)
        return value

    def _another(self, items: Any, value: list[Any], depth: int) -> Any:
        """One that is not there yet, if some tries find it."""
        if enum := resolved(items, self._root).get("enum"):
            return next((one for one in enum if one not in value), value[0])
        tries = (self.value(items, depth + 1) for _ in range(20))
        return next((item for item in tries if item not in value), value[0])

    def _string(self, schema: Schema) -> str:
        if pattern := schema.get("pattern"):
            return matching(pattern, self._chance, schema.get("minLength", 0))
        if written := _FORMATS.get(schema.get("format", "")):
            return written
        fewest, most = schema.get("minLength", 0), schema.get("maxLength")
        text = self._chance.choice(self._sentences)
        if most is not None and len(text) > most:
            text = self._chance.choice(self._words)
        while len(text) < fewest:
            text = f"{text} {self._chance.choice(self._words)}"
        return text if most is None else text[:most]

    def _number(self, schema: Schema, step: int | None) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        low, high = _bounds(low, high)
        step = schema.get("multipleOf", step)
        if step is None:
            return round(self._chance.uniform(low, high), 3) if high - low > 0.01 else (low + high) / 2
        first, last = math.ceil(low / step), math.floor(high / step)
        if first * step == schema.get("exclusiveMinimum"):
            first += 1
        if last * step == schema.get("exclusiveMaximum"):
            last -= 1
        number = self._chance.randint(first, max(first, last)) * step
        return int(number) if schema.get("type") == "integer" or number == int(number) else number


def _bounds(low: float | None, high: float | None) -> tuple[float, float]:
    if low is None:
        return (1, 10) if high is None else (min(1, high - 9), high)
    return (low, low + 9) if high is None else (low, high)
