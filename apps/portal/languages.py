"""The languages of the site as pages name them: from the settings alone, so that a new one is a row and a catalogue."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language, to_locale


@dataclass(frozen=True)
class Language:
    """One of them: as cookies and settings name it, as `lang` says it, and as it calls itself."""

    code: str
    name: str

    @property
    def lang(self) -> str:
        """The value of `lang`: zh-Hans, en."""
        return to_locale(self.code).replace("_", "-")


@dataclass(frozen=True)
class PageLanguages:
    """The language of a page and those that it offers instead."""

    now: Language
    others: tuple[Language, ...]

    @property
    def is_source(self) -> bool:
        """Whether the page is in the language that labels, sentences and papers are written in."""
        return self.now.code == settings.LANGUAGE_CODE


def page_languages() -> PageLanguages:
    """Those of the page that is being written."""
    code = get_language() or settings.LANGUAGE_CODE
    known = [Language(each, name) for each, name in settings.LANGUAGES]
    now = next((each for each in known if each.code == code), Language(code, code))
    return PageLanguages(now, tuple(each for each in known if each != now))
