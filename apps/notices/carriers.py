"""The relay's hand to the mail server."""

from django.core.mail import send_mail

from apps.notices.models import Notice
from kernel.outbox.models import Message


def send_email(message: Message) -> None:
    """Send one notice by e-mail to those it names."""
    notice = Notice.objects.get(pk=message.payload["notice_id"])
    send_mail(notice.title, notice.text, None, message.payload["to"])
