"""The live process proves by itself that bids are taken: with no web process at all the platform is up."""

import pytest

from kernel.availability.models import Heartbeat
from tests.factories.actors import until
from tests.live.process import LiveProcess


@pytest.mark.usefixtures("live")
def test_the_live_process_keeps_the_pulse_without_any_web_process(live: LiveProcess) -> None:
    until(lambda: Heartbeat.objects.filter(pk=1).exists(), "the live process has beaten")
