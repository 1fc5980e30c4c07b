"""What every database needs before the first person comes: divisions, calendars, ready rulebooks."""

from apps.parties.commands import load_regions
from apps.rulebook.commands import install
from apps.rulebook.presets import LEGAL_BASIS, NAMES, VERIFIED_BASIS, parameters
from apps.rulebook.queries import versions
from apps.rulebook.subjects import SUPPLEMENTARY
from kernel import clock
from kernel.workdays import commands as workdays
from kernel.workdays import shipped

PROVINCES = {"410000": "henan", "430000": "hunan"}


def load() -> None:
    """Load what is not there yet; safe to call again."""
    now = clock.now()
    load_regions()
    for path in shipped.files():
        year = shipped.read(path)
        workdays.load(
            year=year.year,
            notice_no=year.notice_no,
            published_on=year.published_on,
            days_off=sorted(year.days_off),
            workdays_on=sorted(year.workdays_on),
            by="系统初始化",
            now=now,
        )
    for province, preset in PROVINCES.items():
        if not versions(province=province, subject=SUPPLEMENTARY).exists():
            install(
                province=province,
                name=NAMES[preset],
                legal_basis=LEGAL_BASIS[preset],
                verified_basis=VERIFIED_BASIS[preset],
                parameters=parameters(preset),
                now=now,
            )
