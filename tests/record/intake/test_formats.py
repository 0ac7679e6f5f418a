"""One file of each format, as bytes, against the document that it should become."""

import codecs
from email.message import EmailMessage

import pytest
from fpdf import FPDF
from hypothesis import example, given
from hypothesis import strategies as st

from openparley.record.intake import html, mail, markdown, pdf, plain
from openparley.record.intake.dates import day_in, pdf_day
from openparley.record.intake.decode import decode_text, sniff
from openparley.record.intake.document import Document, NotReadable
from openparley.record.intake.language import language_of
from openparley.record.intake.worker import parse
from tests.record.intake.reports import report

ODD = ["\ufeffmark", "a\r\nb\rc\n", "nul \0 inside", "🎭👩‍👩‍👧", "\u202eright to left שלום", "e\u0301 not composed", "\u2028 line", "ﬁ ½ Å"]


def attempt(data: bytes, form: str) -> Document | NotReadable:
    """A document, or the reason why there is none, which has to be a sentence with advice."""
    try:
        return parse(data, form)
    except NotReadable as error:
        sound = error.reason.endswith(".") and error.hint.endswith((".", ")"))
        return error if sound else pytest.fail(f"no sentence: {error!r}")


@pytest.mark.parametrize("text", ODD)
def test_utf8_is_decoded_and_nothing_else(text: str) -> None:
    data = f"{text} and a few words more".encode()
    assert decode_text(data).text.encode() == data
    assert plain.parse(data).text == data.decode()


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
@example("x")
def test_any_utf8_text_comes_back_byte_for_byte_or_is_refused(text: str) -> None:
    data = text.encode()
    document = attempt(data, "plain")
    if isinstance(document, Document):
        assert document.text.encode() == data or sniff(data) != "text" or document.encoding.startswith("utf-16")


@given(st.binary(max_size=300), st.sampled_from(["plain", "markdown", "mail", "html"]))
@example(b"\xff\xfea", "plain")
@example(b"Content-Type: multipart/mixed; boundary=x\nFrom: a\n\n--x\nContent-Type: text/plain; charset=nope\n\n\xff\xfe", "mail")
def test_any_bytes_become_a_document_or_a_reason(data: bytes, form: str) -> None:
    found = attempt(data, form)
    assert found.text if isinstance(found, Document) and form == "plain" else True


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln: der Gesandte räumte ein, daß die Gespräche über den Hafen gescheitert seien.", "cp1252"),
        ("The envoy’s “ten days” are over — and nothing has followed, a café owner said.", "cp1252"),
        ("Party A émit une menace: …", "cp1252"),
        ("La délégation de l'Île", "cp1252"),
        ("El señor dijo: ¿qué?", "cp1252"),
        ("Посланник дал правительству десять дней на ответ и уехал из города в понедельник.", "cp1251"),
        ("Посланник дал правительству десять дней на ответ и уехал из города в понедельник.", "koi8-r"),
        ("特使は十日間の猶予を与え、月曜日に港を出た。政府は回答を拒否したと当局者は述べた。", "shift_jis"),
        ("The envoy’s ten days are over, and nothing has followed.", "utf-16"),
        ("The envoy’s ten days are over, and nothing has followed.", "utf-16-le"),
        ("The envoy’s ten days are over, and nothing has followed.", "utf-32"),
    ],
)
def test_other_encodings_are_read_and_named(text: str, encoding: str) -> None:
    decoded = decode_text(text.encode(encoding))
    assert decoded.text == text
    assert decoded.encoding != "utf-8"
    assert any("UTF" in note for note in decoded.notes)


def test_a_declared_encoding_is_believed_where_the_bytes_fit() -> None:
    data = "Žižkov’s envoy".encode("cp1250")
    assert decode_text(data, "windows-1250") == ("Žižkov’s envoy", "cp1250", ())
    assert decode_text("Grüße".encode(), "windows-1250").text == "Grüße"
    assert decode_text("Grüße und Dank".encode("latin-1"), "no-such-thing").text == "Grüße und Dank"


def test_damaged_utf8_keeps_what_is_sound_and_counts_the_rest() -> None:
    decoded = decode_text("Grüße, süße Töchter der Müller\nfür öde Höfe".encode() + b"\xff.")
    assert decoded.text.startswith("Grüße, süße")
    assert decoded.text.count("\ufffd") == 1
    assert decoded.notes == ("1 of its bytes are not UTF-8 (the first in line 2); U+FFFD stands in their place.",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t", "nothing but blanks"),
        (b"\0\0\0\0", "nothing but blanks"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x01\x02\x03\x04\x05abc" * 30, "binary"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x20", "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused_with_what_it_is(data: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        parse(data, "plain")


def page(head: str = "", body: str = "", attributes: str = "") -> bytes:
    text = "The envoy gave Norland ten days to answer the proposal, and said that the ships were ready to sail from the harbour. "
    paragraphs = "".join(f"<p>{text * number}</p>" for number in (3, 2, 4))
    return f"<!doctype html><html {attributes}><head>{head}</head><body>{body}<article>{paragraphs}</article></body></html>".encode()


LD = '<script type="application/ld+json">%s</script>'


@pytest.mark.parametrize(
    ("head", "body", "url", "day", "basis"),
    [
        (
            LD % '{"@type":"NewsArticle","datePublished":"2025-03-03T23:30:00-05:00","dateModified":"2025-03-09"}',
            "",
            "",
            "2025-03-03",
            "JSON-LD",
        ),
        (
            LD % '{"@graph":[{"@type":"WebSite","datePublished":"2019-01-01"},{"@type":["Article"],"datePublished":"2025-03-03"}]}',
            "",
            "",
            "2025-03-03",
            "JSON-LD",
        ),
        ('<meta property="article:published_time" content="2025-03-03T10:00:00Z">', "", "", "2025-03-03", "article:published_time"),
        ('<meta name="Date" content="Mon, 03 Mar 2025 10:00:00 GMT">', "", "", "2025-03-03", "“date”"),
        ("", '<time datetime="2025-03-03T10:00Z">Monday</time>', "", "2025-03-03", "only <time>"),
        ("", "", "https://x.example/world/2025/03/03/ten-days", "2025-03-03", "address"),
        ('<meta property="article:modified_time" content="2025-03-09">', "", "", "", ""),
        (LD % '{"datePublished":"soon"}', "", "", "", ""),
        (LD % ("[" * 100_000), "", "", "", ""),
        ("", "<p>Copyright 2019. It happened on 4 July 2021, he said.</p>", "", "", ""),
    ],
)
def test_html_takes_the_day_from_the_surest_place_and_says_which(head: str, body: str, url: str, day: str, basis: str) -> None:
    document = html.parse(page(head, body), url=url)
    assert document.published == day
    assert basis in document.published_basis
    assert bool(document.published_basis) == bool(day)


def test_html_gives_running_text_and_who_published_it() -> None:
    head = (
        '<title>Ten days</title><meta property="og:title" content="Ten days"><meta property="og:site_name" content="The Halven Post">'
        '<meta name="author" content="Ada Poe"><link rel="canonical" href="https://halven.example/ten-days">'
    )
    document = html.parse(page(head, "<nav><a href=/>Home</a> <a href=/w>World</a></nav>", 'lang="en-GB"'))
    assert document.text.startswith("The envoy gave Norland")
    assert document.text.count("\n") == 3
    assert "Home" not in document.text
    assert (document.title, document.author, document.outlet) == ("Ten days", "Ada Poe", "The Halven Post")
    assert (document.url, document.language) == ("https://halven.example/ten-days", "en")


def test_html_without_a_name_is_by_its_address() -> None:
    assert html.parse(page(), url="https://www.halven.example/a").outlet == "halven.example"


def test_html_in_another_encoding_is_read_as_its_markup_says() -> None:
    data = page('<meta charset="windows-1252">', "<h1>Ten days</h1>").replace(b"Norland", "Nørland’s men".encode("cp1252"))
    assert "Nørland’s men" in html.parse(data).text


@pytest.mark.parametrize(
    "data", [b"<html><body><script>x()</script></body></html>", b"<html></html>", b"<html><body><img src=a></body></html>"]
)
def test_html_without_words_is_refused(data: bytes) -> None:
    with pytest.raises(NotReadable, match=r"no running text|no page"):
        html.parse(data)


MARKDOWN = """\
# Ten days

The *envoy* of [Ostrava](https://x.example) gave **Norland** ten days.
Nobody `answered` &amp; left.

- One demand
- Another ![picture](a.png)

| a | b |
|---|---|
| c | d |

<div>In a box.</div>
"""


@pytest.mark.parametrize(
    "front",
    [
        '---\ntitle: "Ten days"\nauthors:\n- Ada Poe\n- Bo Vale\ndate: 2025-03-03 # Mon\npublisher: The Halven Post\nlang: en-GB\n---\n',
        "---\r\ntitle: Ten days\r\nauthor: [Ada Poe, 'Bo Vale']\r\ndate: 2025-03-03\r\nsource: The Halven Post\r\nlang: en\r\n---\r\n",
        '+++\ntitle = "Ten days"\nauthors = ["Ada Poe", "Bo Vale"]\ndate = 2025-03-03\noutlet = "The Halven Post"\nlang = "en"\n+++\n',
    ],
    ids=["yaml", "yaml-crlf", "toml"],
)
def test_markdown_loses_its_markup_and_gives_its_front_matter(front: str) -> None:
    document = markdown.parse((front + MARKDOWN).encode())
    assert document.text.startswith(
        "Ten days\n\nThe envoy of Ostrava gave Norland ten days.\nNobody answered & left.\n\nOne demand\n\nAnother"
    )
    assert document.text.endswith("In a box.\n")
    assert "picture" not in document.text
    assert (document.title, document.author, document.outlet) == ("Ten days", "Ada Poe, Bo Vale", "The Halven Post")
    assert (document.published, document.language) == ("2025-03-03", "en")
    assert "front matter" in document.published_basis


def test_a_ruler_in_markdown_is_no_front_matter() -> None:
    document = markdown.parse(b"Words\n\n---\n\ntitle: no\n\n---\n\nEnd")
    assert (document.title, document.text) == ("", "Words\n\ntitle: no\n\nEnd\n")


def made_pdf(paragraphs: list[str], *, pages_of: int = 100, head: str = "", password: str = "") -> bytes:
    made = FPDF()
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    made.set_title("Ten days")
    made.set_author("Ada Poe")
    made.set_creation_date(__import__("datetime").datetime(2025, 3, 3, tzinfo=__import__("datetime").UTC))
    for start in range(0, len(paragraphs) or 1, pages_of):
        made.add_page()
        made.set_font("helvetica", size=11)
        if head:
            made.multi_cell(0, 6, f"{head} {start}", new_x="LMARGIN", new_y="NEXT")
        for words in paragraphs[start : start + pages_of]:
            made.multi_cell(0, 6, words, align="L", new_x="LMARGIN", new_y="NEXT")
            made.ln(3)
    return bytes(made.output())


def test_pdf_lines_become_paragraphs_again() -> None:
    sentence = "The envoy gave Norland ten days to answer the proposal, and the ships stayed in the harbour of Suderland. "
    wanted = [(sentence * 4).strip() + " Then they left.", (sentence * 3).strip() + " It rained."]
    document = pdf.parse(made_pdf(wanted))
    assert document.text.splitlines() == wanted
    assert (document.title, document.author, document.published) == ("Ten days", "Ada Poe", "2025-03-03")
    assert "the day the file was made" in document.published_basis


def test_pdf_heads_and_page_numbers_are_no_part_of_the_text() -> None:
    pages = [report(number).replace("\n", " ") for number in range(4)]
    document = pdf.parse(made_pdf(pages, pages_of=1, head="Halven Post page"))
    assert document.text.split() == " ".join(pages).split()


def test_pdf_words_broken_at_the_edge_are_joined() -> None:
    lines = [
        "The envoy said that the negotia-",
        "tions on a cease-fire had failed",
        "again, and that no other cease-",
        "fire was likely. So he left.",
    ]
    assert (
        pdf._paragraphs(lines)
        == "The envoy said that the negotiations on a cease-fire had failed again, and that no other cease-fire was likely. So he left.\n"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (made_pdf([]), "no text; it is probably a scan"),
        (made_pdf(["Some words."], password="secret"), "encrypted"),
        (b"%PDF-1.7\nnot one at all", "broken"),
        (made_pdf(["Some words."])[:300], "broken"),
    ],
    ids=["scan", "encrypted", "broken", "cut off"],
)
def test_pdf_without_a_text_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        pdf.parse(data)


def a_mail(**parts: str) -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Ada Poe <ada@halven.example>"
    made["Subject"] = "Zehn Tage für Nørland"
    made["Date"] = "Mon, 03 Mar 2025 23:30:00 -0500"
    made.set_content(parts.get("plain", "The envoy left.\nNobody knew.\n"))
    if "html" in parts:
        made.add_alternative(parts["html"], subtype="html")
    return made


def test_mail_gives_its_plain_body_and_its_headers() -> None:
    made = a_mail(html="<p>something else</p>")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="annex.pdf")
    document = mail.parse(made.as_bytes())
    assert document.text == "The envoy left.\nNobody knew.\n"
    assert (document.title, document.author, document.published) == ("Zehn Tage für Nørland", "Ada Poe", "2025-03-03")
    assert document.published_basis == "“Date” header of the mail"
    assert document.notes == ("Left out, add it by itself if it matters: annex.pdf.",)


def test_mail_with_html_alone_gives_the_words_of_the_page() -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "news@halven.example", "Daily"
    made.set_content(page().decode(), subtype="html")
    document = mail.parse(made.as_bytes())
    assert document.text.startswith("The envoy gave Norland")
    assert (document.author, document.published) == ("news@halven.example", "")


def test_mail_lines_broken_for_the_way_are_joined() -> None:
    data = b"From: a@x.example\r\nContent-Type: text/plain; format=flowed\r\n\r\nThe envoy \r\nleft.\r\n From here\r\n"
    assert mail.parse(data).text == "The envoy left.\nFrom here\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Just words, no headers at all", "no headers"),
        (b"From: a@x.example\n\n", "no text of its own"),
        (b"From: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: text/plain\n\nx\n" * 600, "more than 500 parts"),
    ],
)
def test_mail_without_a_body_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(NotReadable, match=reason):
        mail.parse(data)


def test_content_goes_before_the_name() -> None:
    assert parse(page(), "plain").text.startswith("The envoy gave")
    assert parse(made_pdf(["The envoy gave Norland ten days to answer."]), "plain").encoding == "pdf"
    with pytest.raises(NotReadable, match="not a PDF, in spite of its name"):
        parse(b"only words", "pdf")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2025-03-03", "2025-03-03"),
        ("2025/3/3", "2025-03-03"),
        ("20250303", "2025-03-03"),
        ("20250303T101500Z", "2025-03-03"),
        ("2025-02-30", ""),
        ("2025-03-031", ""),
        ("3 March", ""),
        ("Mon, 03 Mar 2025 10:00:00 GMT", "2025-03-03"),
        ("", ""),
        ("9" * 500, ""),
    ],
)
def test_days_are_read_as_markup_writes_them(value: str, day: str) -> None:
    assert day_in(value) == day


def test_days_of_a_pdf() -> None:
    assert [pdf_day(value) for value in ("D:20250303101500+01'00'", "20250303", "D:2025", "D:20251399")] == [
        "2025-03-03",
        "2025-03-03",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "stated", "code"),
    [
        ("The envoy gave Norland ten days to answer the proposal, and said that they would act.", "", "en"),
        ("Der Gesandte gab Norland zehn Tage Zeit, auf den Vorschlag zu antworten, und reiste dann ab. " * 3, "en", "de"),
        ("Посланник дал правительству десять дней на ответ и уехал из города в понедельник вечером. " * 3, "", "ru"),
        ("Talks fail", "", ""),
        ("Talks fail", "fr", "fr"),
        ("Talks fail", "<script>", ""),
        ("1234 5678 🎭 " * 100, "", ""),
    ],
)
def test_language_is_told_where_the_text_tells_it(text: str, stated: str, code: str) -> None:
    assert language_of(text, stated) == code
