"""What strangers send is read in a child that can be ended: five seconds of a processor, 200 MB, nothing of ours."""

import os
import time

import pytest

from kernel import child

HERE = "tests.kernel.examiners"


def test_a_child_says_what_is_wrong_or_nothing() -> None:
    assert child.said_of(b"good", by=f"{HERE}:word") is None
    assert child.said_of(b"bad", by=f"{HERE}:word") == "不对"


@pytest.mark.parametrize("function", ["compute_for_ever", "compute_in_c", "unpack_for_ever"])
def test_whatever_a_file_makes_its_reader_do_ends_in_time(function: str) -> None:
    began = time.monotonic()
    with pytest.raises(child.Unbearable):
        child.said_of(b"x", by=f"{HERE}:{function}")
    assert time.monotonic() - began < child.PATIENCE_S


def test_a_child_that_sleeps_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "PATIENCE_S", 1.0)
    with pytest.raises(child.Unbearable):
        child.said_of(b"x", by=f"{HERE}:sleep")


def test_a_child_knows_no_secret_and_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret")
    assert "SECRET_KEY" not in str(child.said_of(b"x", by=f"{HERE}:environment"))
    assert child.said_of(b"x", by=f"{HERE}:write") == "不能写"


def test_the_same_content_is_read_once() -> None:
    first = child.said_of(os.urandom(4), by=f"{HERE}:number")
    assert child.said_of(b"same", by=f"{HERE}:number") == child.said_of(b"same", by=f"{HERE}:number") != first
