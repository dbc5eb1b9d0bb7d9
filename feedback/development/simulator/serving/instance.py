"""The metadata service of the machine that a client runs on, from which it takes its credentials (IMDSv2).

A client finds it by AWS_EC2_METADATA_SERVICE_ENDPOINT. EC2 user guide, "Use the Instance Metadata Service".
"""

from __future__ import annotations

import asyncio
import json
import time

from feedback.development.simulator.account.settings import Instance

from .api import JSON, Reply
from .http import Connection, HungUpError, Request

PREFIX = "/latest/"
ROLE = "marginalia"
NOTICE_SECONDS = 0.25  # of real time until a client that has hung up is noticed
_TOKEN = PREFIX + "api/token"
_ROLES = PREFIX + "meta-data/iam/security-credentials/"
_TEXT = {"content-type": "text/plain", "x-aws-ec2-metadata-token-ttl-seconds": "21600"}
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


async def answer_metadata(connection: Connection, request: Request, instance: Instance) -> None:
    """Raises HungUpError once the client has waited long enough for one that is silent."""
    while instance.silent:
        await asyncio.sleep(NOTICE_SECONDS)
        if connection.gone:
            raise HungUpError
    reply = _reply(request, instance)
    await connection.answer(reply.status, reply.headers, reply.body)


def _reply(request: Request, instance: Instance) -> Reply:
    match request.method, request.path:
        case "PUT", path if path == _TOKEN:
            return Reply(200, _TEXT, b"token")
        case "GET", _ if "x-aws-ec2-metadata-token" not in request.headers:
            return Reply(401, _TEXT, b"")
        case "GET", path if path == _ROLES:
            return Reply(200, _TEXT, ROLE.encode())
        case "GET", path if path == _ROLES + ROLE:
            return Reply(200, JSON, json.dumps(_credentials(instance)).encode())
    return Reply(404, _TEXT, b"")


def _credentials(instance: Instance) -> dict[str, str]:
    now = time.time()
    return {
        "Code": "Success",
        "Type": "AWS-HMAC",
        "LastUpdated": time.strftime(_STAMP, time.gmtime(now)),
        "AccessKeyId": instance.access_key,
        "SecretAccessKey": "secret",
        "Token": "session",
        "Expiration": time.strftime(_STAMP, time.gmtime(now + instance.lifetime)),
    }
