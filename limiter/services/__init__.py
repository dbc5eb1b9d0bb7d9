"""The verbs that change what the limiter enforces: each commits, then publishes, with its author and reason.

All raise ValidationError with a sentence at the field that is wrong, and DoesNotExist for an unknown name.
"""

from __future__ import annotations

from .events import record_breaker
from .holds import end_hold, hold, hold_again, lift_hold, take_trial, try_due
from .plans import (
    change_plan,
    create_plan,
    delete_plan,
    forget_flow,
    forget_group,
    set_flow_policy,
    set_group_policy,
    set_group_weight,
)
from .pools import check_members, remove_pool, set_pool
from .upstreams import (
    change_settings,
    change_upstream,
    create_settings,
    create_upstream,
    delete_upstream,
    force_breaker,
    restore_version,
    resume,
)

__all__ = [
    "change_plan", "change_settings", "change_upstream", "check_members", "create_plan", "create_settings",
    "create_upstream", "delete_plan", "delete_upstream", "end_hold", "force_breaker", "forget_flow",
    "forget_group", "hold", "hold_again", "lift_hold", "record_breaker", "remove_pool", "restore_version",
    "resume", "set_flow_policy", "set_group_policy", "set_group_weight", "set_pool", "take_trial", "try_due",
]  # fmt: skip
