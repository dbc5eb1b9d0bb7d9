"""Functions that stand where they are called answer as they did before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from limiter.gate.redis.linker import linked

if TYPE_CHECKING:
    import redis

INLINE = """
-- inline
local function twice(number)
  return number * 2
end

-- inline
local function name(number)
  return number == 1 and "one" or "other"
end

return { twice(#ARGV + 1), name(#ARGV == 0 and 1 or 2) }
"""


def test_an_expression_that_stands_for_a_parameter_stays_one(redis_client: redis.Redis) -> None:
    script = linked(INLINE)
    assert "function" not in script
    assert redis_client.eval(script, 0) == redis_client.eval(INLINE, 0) == [2, b"one"]
    assert redis_client.eval(script, 0, "a") == redis_client.eval(INLINE, 0, "a") == [4, b"other"]


EARLY_RETURNS = """
local seen = 0

local function nested(most)
  for i = 1, #ARGV do
    local number = tonumber(ARGV[i])
    while number > 0 do
      seen = seen + 1
      if number == most then
        return "found", i
      end
      number = number - 1
    end
    if number < 0 then
      return "negative", i
    end
  end
end

local function kind(most)
  if #ARGV == 0 then
    return "none"
  end
  return nested(most)
end

-- rare
local function note(word)
  seen = seen + 100
  return word
end

local what, where = kind(3)
local noted
if not what then
  noted = note("nothing")
end
kind(2)
return { what or "", where or 0, noted or "", seen }
"""


@pytest.mark.parametrize("given", [[], [1, 2], [1, 3, 2], [4], [0, -1, 3], [2, -2]], ids=str)
def test_early_returns_leave_every_loop_and_give_every_value(
    redis_client: redis.Redis, given: list[int]
) -> None:
    script = linked(EARLY_RETURNS)
    assert "function nested" not in script
    assert "function kind" not in script
    assert redis_client.eval(script, 0, *given) == redis_client.eval(EARLY_RETURNS, 0, *given)


MANY_CALLS = """
local function longest(left)
  return math.max(0, left)
end

-- rare
local function sum()
  local most = math.max(1, 2) + math.max(3, 4) + math.max(5, 6) + math.max(7, 8)
  return longest(ARGV[1]) + longest(ARGV[2]) + most
end

local words = string.upper("once") .. "math.max"
return { words, sum(), math.max(1, 2), math.max(3, 4), math.max(5, 6), math.max(7, 8) }
"""


def test_what_is_called_often_of_a_library_is_looked_up_once_in_each_text(redis_client: redis.Redis) -> None:
    script = linked(MANY_CALLS)
    assert script.count("= math.max\n") == 2
    assert "string.upper" in script  # but once
    assert redis_client.eval(script, 0, 3, -4) == redis_client.eval(MANY_CALLS, 0, 3, -4)


SHARED_BY_RARE_PARTS = """
local seen = 0

local function level(of)
  for i = 1, #ARGV do
    seen = seen + 1
  end
  return of + seen
end

-- rare
local function early()
  return level(10) + level(20)
end

-- rare
local function late()
  local first, second = level(1) + level(2), level(3)
  return first, second
end

if ARGV[1] == "early" then
  seen = early()
end
local first, second
if #ARGV > 1 then
  first, second = late()
end
return { seen, first or 0, second or 0 }
"""


@pytest.mark.parametrize("given", [[], ["early"], ["early", 2], [1, 2]], ids=str)
def test_what_two_rare_parts_call_is_made_once(redis_client: redis.Redis, given: list[str | int]) -> None:
    script = linked(SHARED_BY_RARE_PARTS)
    assert script.count("function level") == 1
    assert redis_client.eval(script, 0, *given) == redis_client.eval(SHARED_BY_RARE_PARTS, 0, *given)


def test_a_variable_that_is_declared_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="seen twice"):
        linked("local seen = 0\nlocal seen, more = 1, 2\nreturn seen + more\n")


CALLED_TOO_EARLY = """
-- rare
local function note()
  return 1
end
local noted = note()
-- rare
local function other()
  return 2
end
return noted + other()
"""


def test_a_rare_function_that_is_called_before_all_are_made_is_refused() -> None:
    with pytest.raises(ValueError, match="note is called before other is made"):
        linked(CALLED_TOO_EARLY)


VARIABLES_OF_A_RARE_PART = """
local fixed, early, late, inner = #ARGV, nil, "no", 5
local times = 0
early = "early"

-- rare
local function tell()
  times = times + 1
  return { fixed, early, late, inner, times }
end

local first = tell()
late = "late"
local second
for inner = 1, #ARGV do
  second = tell()
end
return { first, second or {}, times }
"""


@pytest.mark.parametrize("given", [[], ["one"], ["one", "two"]], ids=str)
def test_a_rare_part_reads_each_variable_as_it_is_when_it_is_called(
    redis_client: redis.Redis, given: list[str]
) -> None:
    script = linked(VARIABLES_OF_A_RARE_PART)
    assert (
        'rarely(early, fixed, "tell")' in script
    )  # what has another value later, or elsewhere, is not handed over
    assert redis_client.eval(script, 0, *given) == redis_client.eval(VARIABLES_OF_A_RARE_PART, 0, *given)
