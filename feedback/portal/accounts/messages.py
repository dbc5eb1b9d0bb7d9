"""Messages of django-allauth with other words: its own German addresses the reader formally, ours says du.

Our catalogue goes before that of an installed app. Nothing is called from here: the sentences stand here to
be found by what brings the catalogue up to date.
"""

from __future__ import annotations

SENTENCES: tuple[str, ...] = (
    "Use your password",
    "Use authenticator app or code",
    "You cannot add an email address to an account protected by two-factor authentication.",
    "You cannot deactivate two-factor authentication.",
    "You cannot generate recovery codes without having two-factor authentication enabled.",
    "You cannot activate two-factor authentication until you have verified your email address.",
    "You cannot disconnect your last remaining third-party account.",
    "Please reauthenticate to safeguard your account.",
    (
        "You are receiving this email because you or someone else tried to signup for an\n"
        "account using email address:\n"
        "\n"
        "%(email)s\n"
        "\n"
        "However, an account using that email address already exists.  In case you have\n"
        "forgotten about this, please use the password forgotten procedure to recover\n"
        "your account:\n"
        "\n"
        "%(password_reset_url)s"
    ),
    "You are receiving this mail because the following change was made to your account:",
    (
        "If you do not recognize this change then please take proper security precautions "
        "immediately. The change to your account originates from:\n"
        "\n"
        "- IP address: %(ip)s\n"
        "- Browser: %(user_agent)s\n"
        "- Date: %(timestamp)s"
    ),
    "Your email has been changed from %(from_email)s to %(to_email)s.",
    "Your email has been confirmed.",
    (
        "You're receiving this email because user %(user_display)s has given your email address "
        "to register an account on %(site_domain)s."
    ),
    "To confirm this is correct, go to %(activate_url)s",
    "Email address %(deleted_email)s has been removed from your account.",
    "This mail can be safely ignored if you did not initiate this action.",
    (
        "You're receiving this email because you or someone else has requested a password reset "
        "for your user account.\n"
        "It can be safely ignored if you did not request a password reset. Click the link below "
        "to reset your password."
    ),
    "Your password has been reset.",
    "Your password has been set.",
    (
        "You are receiving this email because you, or someone else, tried to access an account "
        "with email %(email)s. However, we do not have any record of such an account in our "
        "database."
    ),
    "If it was you, you can sign up for an account using the link below.",
    "Enter your password:",
    "Save them  in a secure location now \u2014 they won't be shown again.",
    "Enter an authenticator code:",
    "An error occurred while attempting to login via your third-party account.",
    "You can sign in to your account using any of the following third-party accounts:",
    "A third-party account from %(provider)s has been connected to your account.",
    "A third-party account from %(provider)s has been disconnected from your account.",
)
