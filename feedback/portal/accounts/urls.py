"""django-allauth's pages at our addresses: its own lists would let some in beside the limits."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as identity
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.usersessions import views as sessions
from django.urls import path, re_path

from feedback.portal.accounts import signin

from . import invitations, profile, tokens, university

urlpatterns = [
    # Names of our own, and those by which django-allauth looks for its pages.
    path("sign-in/", signin.sign_in, name="login"),
    path("sign-in/", signin.sign_in, name="account_login"),
    path("sign-in/code/", signin.second_step, name="mfa_authenticate"),
    path("sign-out/", account.logout, name="logout"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-up/", signin.sign_up, name="account_signup"),
    path("sign-up/confirm/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^sign-up/confirm/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("account/", profile.profile, name="profile"),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    path("account/confirm/", signin.once_more, name="account_reauthenticate"),
    path("account/confirm/code/", signin.once_more_by_code, name="mfa_reauthenticate"),
    path("account/email/", signin.new_address, name="account_email"),
    path("account/sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<uuid:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/new/", account.password_set, name="account_set_password"),
    path("password/", signin.forgotten, name="account_reset_password"),
    path("password/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("password/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("account/second-factor/", second_factor.index, name="mfa_index"),
    path("account/second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/second-factor/codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/second-factor/codes/file/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/identities/", identity.connections, name="socialaccount_connections"),
    path("identity/cancelled/", identity.login_cancelled, name="socialaccount_login_cancelled"),
    path("identity/error/", identity.login_error, name="socialaccount_login_error"),
    path("identity/sign-up/", identity.signup, name="socialaccount_signup"),
    path("identity/<slug:provider_id>/", university.there, name="openid_connect_login"),
    path("identity/<slug:provider_id>/back/", openid_connect.callback, name="openid_connect_callback"),
    path("invitations/", invitations.invite, name="invitations"),
    path("invitations/<uuid:invitation_id>/withdraw/", invitations.withdraw, name="invitation-withdraw"),
    path("invitation/<str:token>/", invitations.answer, name="invitation"),
]
