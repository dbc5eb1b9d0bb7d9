"""The account that the servers run under.

PostgreSQL refuses to run as root. So root hands the servers to another account, and where a folder on
the way (a checkout below /root, say) keeps that account out, gives them one capability to pass it.
No permission of any existing folder is changed for that.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import EmbeddedServerError

FALLBACK_ACCOUNT = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int


def account_for(data: Path) -> Account | None:
    """The account to run a server of this data as; None: simply our own.

    Data that is there keeps its owner. New data gets the checkout's owner, and `nobody` where that is root.
    """
    if os.geteuid() != 0:
        return None
    for path in (data, *data.parents):
        if path.exists() and path.stat().st_uid != 0:
            return Account(path.stat().st_uid, path.stat().st_gid)
    fallback = pwd.getpwnam(FALLBACK_ACCOUNT)
    return Account(fallback.pw_uid, fallback.pw_gid)


def command_as(
    account: Account | None, command: Sequence[str], *, reach: Iterable[Path] = (), dies_with_us: bool = False
) -> list[str]:
    """The command line that runs `command` as `account`, able to reach the given paths.

    dies_with_us: the process gets SIGINT as soon as the one that started it is gone (Linux; best effort).
    """
    options: list[str] = []
    if account is not None:
        options += [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
        if not all(_may_pass(account, path) for path in reach):
            # Without the secure bit access(2), which initdb asks about its own binary, ignores capabilities.
            options += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
            options += ["--securebits=+no_setuid_fixup"]
    if dies_with_us:
        options.append("--pdeathsig=INT")
    setpriv = shutil.which("setpriv")
    if setpriv is None and account is not None:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and `setpriv` (util-linux) is missing: "
            "run as an ordinary user, or set DATABASE_URL and REDIS_URL"
        )
    if setpriv is None or not options:
        return list(command)
    return [setpriv, *options, "--", *command]


def make_private(folder: Path, account: Account | None) -> None:
    """Make sure that the folder is there, is the account's own, and is closed to all others."""
    owner = os.geteuid() if account is None else account.uid
    try:
        folder.mkdir(mode=0o700, parents=True)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise EmbeddedServerError(
                f"{folder} belongs to {_name_of(found.st_uid)}, not to {_name_of(owner)}: "
                "use the account that made it, or remove it"
            ) from None
    folder.chmod(0o700)


def _may_pass(account: Account, path: Path) -> bool:
    return all(_may_enter(account, folder.stat()) for folder in path.resolve().parents)


def _may_enter(account: Account, folder: os.stat_result) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
