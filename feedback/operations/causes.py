"""Causes for which an account or an upstream is refused, in words for operators, with what to do.

The codes are those of providers/errors.toml; in English, as all that operators read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    words: str  # what is the case
    advice: str  # what to do


CAUSES: Mapping[str, Cause] = {
    "credentials_expired": Cause(
        "its credentials have expired",
        "Renew them where they come from: keys, a session, a role. They are read again without a restart.",
    ),
    "credentials_missing": Cause(
        "there are no credentials",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or give the machine a role.",
    ),
    "credentials_unknown": Cause(
        "its credentials are not known to the provider",
        "Compare the key with the account's: it may have been deleted, or be another partition's.",
    ),
    "metadata_service": Cause(
        "the machine's own service that hands out credentials does not answer",
        "Look at the instance's role and at IMDS (a container needs a hop limit of 2 or more).",
    ),
    "signature": Cause(
        "its signatures are refused",
        "Copy the secret key anew. A proxy on the way must not change headers.",
    ),
    "clock": Cause(
        "the clock of a machine is wrong",
        "Set the clock by NTP on every host of workers: AWS bears five minutes. `doctor` compares them.",
    ),
    "access_denied": Cause(
        "the account may not use the model",
        "Ask for access to the model in the console, and allow bedrock:InvokeModelWithResponseStream.",
    ),
    "not_allowed": Cause(
        "the account may not use the service",
        "Open a case with the provider's support: the account itself is not allowed.",
    ),
    "marketplace_terms": Cause(
        "the model's terms in the AWS Marketplace are not accepted",
        "Accept them in the console, once, as somebody who may subscribe (aws-marketplace:Subscribe).",
    ),
    "use_case_form": Cause(
        "the form on the use of the model was not handed in",
        "Fill in the use case form in the console; it takes about 15 minutes to count.",
    ),
    "billing": Cause(
        "the account can't pay",
        "Look at the account's payment method, credit and budgets.",
    ),
    "quota_zero": Cause(
        "the account's quota for the model is zero",
        "Ask for quota (Service Quotas), or choose another model or region.",
    ),
    "model_gone": Cause(
        "the model is at its end of life",
        "Choose a current model for this upstream.",
    ),
    "model_unknown": Cause(
        "the provider does not know the model",
        "Compare the model's id and the region with the provider's list.",
    ),
    "needs_profile": Cause(
        "the model is offered through an inference profile alone",
        "Use the id of the region's profile, as eu.anthropic..., in place of the model's.",
    ),
    "data_retention": Cause(
        "the model asks for another setting of data retention",
        "Read its terms; choose another model where they are not acceptable.",
    ),
    "unsupported_country": Cause(
        "the provider does not serve this country",
        "Choose another region or model.",
    ),
    "field_refused": Cause(
        "the model refuses a setting that is not optional",
        "Look at the guardrail, the longest answer and the extra fields of this upstream.",
    ),
    "address": Cause(
        "its address or region is wrong",
        "Correct the region or the endpoint of this upstream.",
    ),
    "certificate": Cause(
        "the certificate at its address is not accepted",
        "Look at the proxy and the certificates of this machine (AWS_CA_BUNDLE).",
    ),
    "client_too_old": Cause(
        "the installed client does not know a field that is sent",
        "Install the packages of this release (requirements/).",
    ),
    "classed": Cause(
        "an operator classed its error as the account's",
        "Read the text under Error texts in the admin; undo there what was classed wrongly.",
    ),
}
OTHER = Cause(
    "the provider refuses the account",
    "Read the provider's own words in the history of the upstream, and under Error texts in the admin.",
)


def cause_of(code: str) -> Cause:
    return CAUSES.get(code, OTHER)


def in_words(code: str) -> str:
    """In English, for a terminal and for histories."""
    return cause_of(code).words
