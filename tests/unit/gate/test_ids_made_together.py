from __future__ import annotations

import pytest

from limiter.gate.redis.gate import new_ids


@pytest.mark.parametrize("count", [0, 1, 2, 256])
def test_each_is_an_id_of_its_own_in_hexadecimal(count: int) -> None:
    ids = new_ids(count)
    assert len(set(ids)) == len(ids) == count
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in ids)
