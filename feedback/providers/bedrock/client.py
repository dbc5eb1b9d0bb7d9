"""The boto3 client, set up so that the gate alone decides about retries and the call about time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials

from . import sockets
from .settings import BedrockSettings

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient


def build_client(settings: BedrockSettings) -> BedrockRuntimeClient:
    """One client for all threads of a worker; boto3's clients are safe to share, its sessions are not."""
    session = build_session(settings)
    client = session.client("bedrock-runtime", endpoint_url=settings.endpoint_url, config=_config(settings))
    sockets.install(client)
    return client


def build_session(settings: BedrockSettings) -> boto3.session.Session:
    """A session of its own, so that credentials are read anew. Raises BotoCoreError."""
    session = boto3.session.Session(
        aws_access_key_id=settings.access_key_id,
        aws_secret_access_key=settings.secret_access_key,
        aws_session_token=settings.session_token,
        profile_name=settings.profile or None,
        region_name=settings.region,
    )
    return _in_role(session, settings) if settings.role else session


def _in_role(session: boto3.session.Session, settings: BedrockSettings) -> boto3.session.Session:
    """The same in another role, with credentials that botocore renews before they end."""
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=session.client,
        source_credentials=session.get_credentials(),
        role_arn=settings.role,
        extra_args={"RoleSessionName": "marginalia"},
    )
    credentials = DeferredRefreshableCredentials(
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    taken_on = botocore.session.Session()
    taken_on._credentials = credentials  # type: ignore[attr-defined] # set_credentials takes fixed ones alone
    return boto3.session.Session(botocore_session=taken_on, region_name=settings.region)


def _config(settings: BedrockSettings) -> Config:
    chosen = settings.access_key_id or settings.profile or settings.role
    return Config(
        # Else botocore prefers the environment's bearer token to the credentials that this upstream names.
        signature_version="v4" if chosen else None,
        connect_timeout=settings.connect_timeout,
        read_timeout=min(settings.read_timeout, settings.total_timeout),
        max_pool_connections=settings.slots,
        retries={"total_max_attempts": 1, "mode": "standard"},  # one attempt: a retry needs a new lease
        tcp_keepalive=True,  # minutes may pass without a byte, and routers forget
    )
