"""Mail: the body, and who sent it when, from its headers."""

from __future__ import annotations

import email
import email.policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr

from openparley.record.intake import html
from openparley.record.intake.dates import day_in
from openparley.record.intake.decode import decode_text
from openparley.record.intake.document import Document, NotReadable

__all__ = ["parse"]

MOST_PARTS = 500


def parse(data: bytes, declared: str = "", url: str = "") -> Document:
    """The text of a mail: its plain part, else its HTML part; attachments are named and left.

    Raises
    ------
    NotReadable
        If there is no body with words, or the file is not a mail.
    """
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        if not isinstance(message, EmailMessage) or not any(message.get(name) for name in ("From", "Date", "Subject", "Received")):
            raise NotReadable("not a mail: it has no headers.", "Save the mail with its headers (.eml), or its text as .txt.")
        body, notes = _body(message)
        header = {name: _header(message, name) for name in ("Subject", "From", "Date", "Organization", "Content-Language", "Archived-At")}
    except (MessageError, ValueError, TypeError, KeyError, AttributeError, IndexError, LookupError, RecursionError) as error:
        raise NotReadable(f"the mail is broken ({type(error).__name__}).", "Save its text as .txt.") from None
    name, address = parseaddr(header["From"])
    published = day_in(header["Date"])
    return Document(
        body.text,
        title=header["Subject"] or body.title,
        author=name or address,
        outlet=header["Organization"] or body.outlet,
        url=url or header["Archived-At"].strip("<>"),
        published=published,
        published_basis="“Date” header of the mail" if published else "",
        language=header["Content-Language"][:2].lower(),
        encoding=body.encoding,
        notes=(*body.notes, *notes),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header as words; one that cannot be read is as good as none."""
    try:
        value = str(message.get(name) or "")
    except (ValueError, TypeError, IndexError, AttributeError, LookupError):
        return ""
    return " ".join(value.encode("utf-8", errors="replace").decode("utf-8").split())


def _body(message: EmailMessage) -> tuple[Document, tuple[str, ...]]:
    """The body as a document, and a note on what was left."""
    plain: list[EmailMessage] = []
    marked: list[EmailMessage] = []
    left: list[str] = []
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            raise NotReadable(f"the mail has more than {MOST_PARTS} parts.", "Save its text as .txt.")
        if part.is_multipart() or not isinstance(part, EmailMessage):
            continue
        kind, name = part.get_content_type(), part.get_filename()
        if name or part.get_content_disposition() == "attachment":
            left.append(name or kind)
        elif kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else marked).append(part)
        else:
            left.append(kind)
    notes = (f"Left out, add it by itself if it matters: {', '.join(left)}.",) if left else ()
    texts = [_plain(part) for part in plain]
    if any(text.text.strip() for text in texts):
        text = "\n".join(text.text.rstrip("\r\n") for text in texts if text.text.strip()) + "\n"
        return Document(text, encoding=texts[0].encoding, notes=tuple(dict.fromkeys(note for text in texts for note in text.notes))), notes
    for part in marked:
        return html.parse(_bytes(part), part.get_content_charset() or ""), notes
    raise NotReadable("the mail has no text of its own.", "Add its attachments by themselves." if left else "Save its text as .txt.")


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _plain(part: EmailMessage) -> Document:
    data = _bytes(part)
    if not data.strip():
        return Document("")
    text, encoding, notes = decode_text(data, part.get_content_charset() or "")
    if part.get_param("format") == "flowed":
        text = _unflowed(text, delete=part.get_param("delsp") == "yes")
    return Document(text, encoding=encoding, notes=notes)


def _unflowed(text: str, *, delete: bool) -> str:
    """Paragraphs of a mail whose lines were broken for the way (RFC 3676): a blank at the end means that it goes on."""
    out: list[str] = []
    flows = False
    for line in text.splitlines():
        line = line.removeprefix(" ")
        if flows:
            out[-1] += line
        else:
            out.append(line)
        flows = line.endswith(" ") and line != "-- "
        if flows and delete:
            out[-1] = out[-1][:-1]
    return "\n".join(line.rstrip() for line in out) + "\n"
