"""What a page says of its language, and the words that it hands to its scripts."""

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from apps.portal import languages
from apps.portal.script_words import words_of

register = template.Library()
register.simple_tag(languages.page_languages)


@register.simple_tag
def script_words(script: str) -> SafeString:
    """The words of static/<script>.js, as JSON that the script looks for; a browser runs none of it."""
    own = languages.page_languages().is_source
    return json_script(words_of(script, refusals=not own), f"words-{script}")
