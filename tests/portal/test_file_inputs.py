"""A file is chosen under the page's own words: the browser's are in the browser's language."""

import re

import pytest
from django.conf import settings
from django.test import Client

from config.env import ROOT

_FILE = re.compile(r'<input [^\n]*?type="file"')
_WRAPPED = re.compile(r'<c-file><input [^\n]*?type="file"')


def test_every_file_input_stands_in_the_one_component() -> None:
    found = {path: path.read_text() for path in sorted((ROOT / "templates").rglob("*.html"))}
    of_files = {path: text for path, text in found.items() if _FILE.search(text)}
    assert len(of_files) > 5
    bare = [
        path.name
        for path, text in of_files.items()
        if len(_FILE.findall(text)) != len(_WRAPPED.findall(text))
    ]
    assert bare == []


@pytest.mark.django_db
def test_its_label_is_chinese_its_input_takes_the_keyboard_and_no_script_stands_in_the_page() -> None:
    page = Client().get("/verify/").content.decode()
    [widget] = re.findall(r'<div class="file-input">.*?</div>', page, re.DOTALL)
    assert re.sub(r"<[^>]+>|\s+", "", widget) == "选择文件未选择文件"
    [field] = re.findall(r"<input [^>]*>", widget)
    assert not {"hidden", "tabindex", "disabled"} & set(re.findall(r"[\w-]+", field))
    assert 'id="file"' in field
    assert re.search(r'<label[^>]* for="file"', page)
    assert "<script>" not in page
    assert "unsafe-inline" not in str(getattr(settings, "CONTENT_SECURITY_POLICY", ""))
