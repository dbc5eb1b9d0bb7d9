"""Signing in and up: addresses, second factors, sessions, a university's identity provider, guessing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config import env

# Domains of addresses that may open an account without an invitation ("*.example.edu": those below it).
# None: by invitation alone.
SIGNUP_DOMAINS = [domain.lower() for domain in env.words("SIGNUP_DOMAINS")]
INVITATION_DAYS = env.integer("INVITATION_DAYS", 14, minimum=1)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: a locked-out name is refused at once
    "allauth.account.auth_backends.AuthenticationBackend",
]

# django-allauth -----------------------------------------------------------------------------

ACCOUNT_ADAPTER = "feedback.portal.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
_OURS = "feedback.portal.accounts.forms"
ACCOUNT_FORMS = {
    "login": f"{_OURS}.SignIn",
    "signup": f"{_OURS}.SignUp",
    "reset_password": f"{_OURS}.Forgotten",
    "reset_password_from_key": f"{_OURS}.NewPassword",
    "set_password": f"{_OURS}.FirstPassword",
    "change_password": f"{_OURS}.ChangedPassword",
    "reauthenticate": f"{_OURS}.OnceMore",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True  # one address, and a new one only once it is confirmed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to addresses without an account
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail follows a change of password or second factor
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = False  # ours stand before the views: docs/decisions/0010

MFA_ADAPTER = "feedback.portal.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Marginalia"
MFA_FORMS = {
    "activate_totp": "feedback.portal.accounts.second_factor.Activate",
    "authenticate": "feedback.portal.accounts.second_factor.Authenticate",
    "reauthenticate": "feedback.portal.accounts.second_factor.Reauthenticate",
}
MFA_TOTP_TOLERANCE = 1  # time steps, for clocks that differ and for slow typing (RFC 6238, 5.2)

# The identity provider ------------------------------------------------------------------------

OIDC_ISSUER = env.url("OIDC_ISSUER", ("http", "https"))
OIDC_ID = "university"  # a part of its addresses here
OIDC_NAME = env.text("OIDC_NAME", "University account")
# Domains of the addresses that it may send. None: any domain.
OIDC_DOMAINS = [domain.lower() for domain in env.words("OIDC_DOMAINS")]
OPENID_CONNECT = "openid_connect"


def _identity_provider() -> dict[str, Any]:
    return {
        "provider_id": OIDC_ID,
        "name": OIDC_NAME,
        "client_id": env.text("OIDC_CLIENT_ID"),
        "secret": env.text("OIDC_CLIENT_SECRET"),
        "settings": {
            "server_url": OIDC_ISSUER.rstrip("/"),
            "uid_field": env.text("OIDC_UID_CLAIM", "sub"),
            # Where its word counts for an address even without the claim email_verified.
            "verified_email": env.boolean("OIDC_VERIFIES_EMAIL", default=False),
        },
    }


SOCIALACCOUNT_ADAPTER = "feedback.portal.accounts.adapters.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {
    OPENID_CONNECT: {"APPS": [_identity_provider()] if OIDC_ISSUER else [], "OAUTH_PKCE_ENABLED": True}
}
# A link, and no form: form-action of our policy would stop the redirect to another site.
SOCIALACCOUNT_LOGIN_ON_GET = True
# An account that exists is the person's own where the provider has verified the address.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""

# django-axes: guessing ----------------------------------------------------------------------

AXES_FAILURE_LIMIT = env.integer("SIGN_IN_FAILURES", 10, minimum=1)
AXES_COOLOFF_TIME = timedelta(minutes=env.integer("SIGN_IN_LOCKOUT_MINUTES", 15, minimum=1))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # no lock-out of one person by another from elsewhere
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # each person's list of sessions has the sign-ins and their times
AXES_USERNAME_CALLABLE = "feedback.portal.accounts.lockout.name_that_was_tried"
AXES_CLIENT_IP_CALLABLE = "feedback.portal.accounts.lockout.address_of"
AXES_CLIENT_STR_CALLABLE = "feedback.portal.accounts.lockout.for_the_log"
AXES_LOCKOUT_CALLABLE = "feedback.portal.accounts.lockout.refused"
AXES_SENSITIVE_PARAMETERS = ["login", "csrfmiddlewaretoken", "code", "next"]
AXES_VERBOSE = False
