"""Why an account or an upstream is refused, in words for operators, and what to do about it.

The codes are those of providers/errors.toml; kept in English, and translated by the page that shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Cause:
    words: str  # what is the case
    advice: str  # what to do


CAUSES: Mapping[str, Cause] = {
    "credentials_expired": Cause(
        _("its credentials have expired"),
        _("Renew them where they come from: keys, a session, a role. They are read again without a restart."),
    ),
    "credentials_missing": Cause(
        _("there are no credentials"),
        _("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or give the machine a role."),
    ),
    "credentials_unknown": Cause(
        _("its credentials are not known to the provider"),
        _("Compare the key with the account's: it may have been deleted, or be another partition's."),
    ),
    "metadata_service": Cause(
        _("the machine's own service that hands out credentials does not answer"),
        _("Look at the instance's role and at IMDS (a container needs a hop limit of 2 or more)."),
    ),
    "signature": Cause(
        _("its signatures are refused"),
        _("Copy the secret key anew. A proxy on the way must not change headers."),
    ),
    "clock": Cause(
        _("the clock of a machine is wrong"),
        _("Set the clock by NTP on every host of workers: AWS bears five minutes. `doctor` compares them."),
    ),
    "access_denied": Cause(
        _("the account may not use the model"),
        _("Ask for access to the model in the console, and allow bedrock:InvokeModelWithResponseStream."),
    ),
    "not_allowed": Cause(
        _("the account may not use the service"),
        _("Open a case with the provider's support: the account itself is not allowed."),
    ),
    "marketplace_terms": Cause(
        _("the model's terms in the AWS Marketplace are not accepted"),
        _("Accept them in the console, once, as somebody who may subscribe (aws-marketplace:Subscribe)."),
    ),
    "use_case_form": Cause(
        _("the form on the use of the model was not handed in"),
        _("Fill in the use case form in the console; it takes about 15 minutes to count."),
    ),
    "billing": Cause(
        _("the account can't pay"),
        _("Look at the account's payment method, credit and budgets."),
    ),
    "quota_zero": Cause(
        _("the account's quota for the model is zero"),
        _("Ask for quota (Service Quotas), or choose another model or region."),
    ),
    "model_gone": Cause(
        _("the model is at its end of life"),
        _("Choose a current model for this upstream."),
    ),
    "model_unknown": Cause(
        _("the provider does not know the model"),
        _("Compare the model's id and the region with the provider's list."),
    ),
    "needs_profile": Cause(
        _("the model is offered through an inference profile alone"),
        _("Use the id of the region's profile, as eu.anthropic..., in place of the model's."),
    ),
    "data_retention": Cause(
        _("the model asks for another setting of data retention"),
        _("Read its terms; choose another model where they are not acceptable."),
    ),
    "unsupported_country": Cause(
        _("the provider does not serve this country"),
        _("Choose another region or model."),
    ),
    "field_refused": Cause(
        _("the model refuses a setting that is not optional"),
        _("Look at the guardrail, the longest answer and the extra fields of this upstream."),
    ),
    "address": Cause(
        _("its address or region is wrong"),
        _("Correct the region or the endpoint of this upstream."),
    ),
    "certificate": Cause(
        _("the certificate at its address is not accepted"),
        _("Look at the proxy and the certificates of this machine (AWS_CA_BUNDLE)."),
    ),
    "client_too_old": Cause(
        _("the installed client does not know a field that is sent"),
        _("Install the packages of this release (requirements/)."),
    ),
    "classed": Cause(
        _("an operator classed its error as the account's"),
        _("Read the text under Error texts in the admin; undo there what was classed wrongly."),
    ),
}
OTHER = Cause(
    _("the provider refuses the account"),
    _("Read the provider's own words in the history of the upstream, and under Error texts in the admin."),
)


def cause_of(code: str) -> Cause:
    return CAUSES.get(code, OTHER)


def in_words(code: str) -> str:
    """In English, for a terminal and for histories."""
    return cause_of(code).words
