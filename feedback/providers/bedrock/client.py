"""The boto3 client, set up so that the gate alone decides about retries and the call about time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from . import wire
from .settings import BedrockSettings

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient


def build_client(settings: BedrockSettings) -> BedrockRuntimeClient:
    """One client for all threads of a worker; boto3's clients are safe to share, its sessions are not."""
    session = boto3.session.Session(
        aws_access_key_id=settings.access_key_id,
        aws_secret_access_key=settings.secret_access_key,
        aws_session_token=settings.session_token,
        region_name=settings.region,
    )
    client = session.client("bedrock-runtime", endpoint_url=settings.endpoint_url, config=_config(settings))
    wire.install(client)
    return client


def _config(settings: BedrockSettings) -> Config:
    return Config(
        connect_timeout=settings.connect_timeout,
        read_timeout=min(settings.read_timeout, settings.total_timeout),
        max_pool_connections=settings.slots,
        retries={"total_max_attempts": 1, "mode": "standard"},  # one attempt: a retry needs a new lease
        tcp_keepalive=True,  # minutes may pass without a byte, and routers forget
    )
