"""Work that several people ask for is done once; and what it costs."""

from __future__ import annotations

from config import env

# Within which equal requests are one piece of work. Work outside courses is a person's own in any case
# but global.
COALESCE_SCOPE = env.choice("COALESCE_SCOPE", "course", ("course", "user", "global", "off"))
COALESCE_REUSE_HOURS = env.number("COALESCE_REUSE_HOURS", 168, minimum=0)  # 0: only what is under way

TUNE_MAX_TOKENS = env.boolean("TUNE_MAX_TOKENS", default=True)

CURRENCY = env.text("CURRENCY", "USD")
