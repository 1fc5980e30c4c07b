"""The relay's hand to the mail server and to the text-message gateway."""

from django.conf import settings
from django.core.mail import send_mail
from django.utils.module_loading import import_string

from apps.notices.models import Notice
from apps.notices.sms import Gateway
from kernel.outbox.models import Message


def send_email(message: Message) -> None:
    """Send one notice by e-mail to those it names."""
    notice = Notice.objects.get(pk=message.payload["notice_id"])
    send_mail(notice.title, notice.text, None, message.payload["to"])


def send_sms(message: Message) -> None:
    """Send one notice as a text message to those it names. The gateway is `settings.SMS_GATEWAY`."""
    notice = Notice.objects.get(pk=message.payload["notice_id"])
    gateway: Gateway = import_string(settings.SMS_GATEWAY)()
    for number in message.payload["to"]:
        gateway.send(to=number, text=f"{notice.title}：{notice.text}", reference=f"{notice.pk}-{number[-4:]}")
