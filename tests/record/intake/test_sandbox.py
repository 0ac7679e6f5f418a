"""Hostile documents: each costs one document and some seconds, none costs the rest."""

import gzip
from collections.abc import Iterator
from contextlib import suppress

import pytest

from openparley.record.intake.document import NotReadable
from openparley.record.intake.sandbox import Sandbox

GOOD = b"# Ten days\n\nThe envoy left."
PATIENT = 60.0  # seconds for what is fast, on a machine that may be busy


@pytest.fixture(scope="module")
def bombed() -> Iterator[Sandbox]:
    """One for all bombs in turn, as in a folder of them: each also meets what the one before has left."""
    with Sandbox(seconds=PATIENT) as made:
        yield made


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"<html><body>" + b"<div>" * 200_000 + b"x", "html"),
        (b"<html><body>" + b"<a href=x><b><i>" * 30_000 + b"x", "html"),
        (b"<table><tr><td>" * 30_000, "html"),
        (b"<html><body><p a='" + b"x" * 12_000_000 + b"'></p>", "html"),
        (b"<html><body>" + b"&#xD800;" * 1000, "html"),
        (gzip.compress(b"<html>" + b"a" * 30_000_000), "html"),
        (b"%PDF-1.7\n" + b"1 0 obj << /Kids [1 0 R] /Type /Pages >> endobj " * 50 + b"trailer << /Root 1 0 R >>", "pdf"),
        (b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 3000, "mail"),
        (b"> " * 60_000 + b"x" * 10, "markdown"),
        (b"[" * 50_000 + b"](" * 50_000, "markdown"),
    ],
    ids=["deep", "links", "tables", "attribute", "surrogates", "gzip", "pdf of itself", "mail in mail", "quotations", "brackets"],
)
def test_a_bomb_is_refused_or_read_and_the_next_document_is_read(data: bytes, form: str, bombed: Sandbox) -> None:
    with suppress(NotReadable):
        assert len(bombed.parse(data, form).text) <= len(data) + 2
    assert bombed.parse(GOOD, "markdown").text == "Ten days\n\nThe envoy left.\n"


def test_time_is_limited() -> None:
    slow = ("<html><body><p " + " ".join(f"a{number}='1'" for number in range(400_000)) + ">words</p>").encode()
    with Sandbox(seconds=0.7) as sandbox:
        with pytest.raises(NotReadable, match=r"takes longer than 0\.7 s"):
            sandbox.parse(slow, "html")
        sandbox._seconds = PATIENT
        assert sandbox.parse(GOOD, "markdown").text


def test_memory_is_limited() -> None:
    with Sandbox(memory=250_000_000, seconds=PATIENT) as sandbox:
        with pytest.raises(NotReadable, match=r"memory|brings down|no running text|no page"):
            sandbox.parse(b"<html><body>" + b"<p>a</p>" * 1_500_000, "html")
        assert sandbox.parse(GOOD, "markdown").text


def test_a_parser_that_dies_is_started_again() -> None:
    with Sandbox() as sandbox:
        assert sandbox.parse(GOOD, "markdown").text
        process = sandbox._process
        assert process is not None
        process.kill()
        process.wait()
        with pytest.raises(NotReadable, match="brings down its parser"):
            sandbox.parse(GOOD, "markdown")
        assert sandbox.parse(GOOD, "markdown").text
    assert sandbox._process is None


def test_plain_text_needs_no_second_process() -> None:
    with Sandbox() as sandbox:
        assert sandbox.parse("\ufeffZehn\r\nTage 🎭\0".encode(), "plain").text == "\ufeffZehn\r\nTage 🎭\0"
        assert sandbox._process is None
