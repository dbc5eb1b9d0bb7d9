"""The estimate of a prompt's tokens, without asking a service.

Anthropic's rule of thumb is 3.5 characters of English to a token; other scripts come near one token
for each character. The result is meant to lie high: against tokenisers of about 4.2 characters a
token (Nova, Llama) it is some 20 % too much for English, and up to twice too much for European
languages' accented letters. Too much costs a little quota for as long as the call runs, and
settling gives it back; too little would be answered with a throttle.
"""

from __future__ import annotations

import math

ASCII_CHARACTERS_PER_TOKEN = 3.5
TOOL_PREAMBLE_TOKENS = 320  # what Claude adds to a request that forces a tool (docs: 313 to 346)


def estimate_tokens(text: str) -> int:
    plain = len(text.encode("ascii", "ignore"))
    return math.ceil(plain / ASCII_CHARACTERS_PER_TOKEN + (len(text) - plain))
