"""Handing a mail to the mail server, with an answer to the only question that matters after: did it go?"""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

from feedback.base.sending import NotSent, Uncertain

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

SECONDS = 20  # of patience with the server


def hand_over(mail: EmailMessage) -> None:
    """Send once. Raises NotSent where it has certainly not gone, Uncertain where that is not known."""
    try:
        mail.send()
    except (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPSenderRefused,
        smtplib.SMTPAuthenticationError,
    ) as error:
        raise NotSent(f"the mail server refused it ({type(error).__name__})", permanent=True) from error
    except smtplib.SMTPConnectError as error:
        raise NotSent("the mail server could not be reached") from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"the mail server said {error.smtp_code}", permanent=error.smtp_code >= 500) from error
    except ConnectionRefusedError as error:
        raise NotSent("the mail server could not be reached") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Uncertain(f"the mail server did not answer ({type(error).__name__})") from error
