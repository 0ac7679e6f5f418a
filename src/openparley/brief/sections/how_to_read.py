"""How to read the page: what its words and marks mean, and the list of words with their ranges."""

from __future__ import annotations

from openparley.brief.blocks import Block, Fold, Prose, Section, Table, text_cells
from openparley.brief.context import Context


def how_to_read_section(context: Context) -> Section:
    """Terms, ranges and marks, folded."""
    terms, book = context.lexicon, context.book
    said = [sentence for sentence in book.sentences if sentence.section == "how-to-read"]

    def say(text: str) -> None:
        said.append(book.say("how-to-read", "note", text))

    say(
        "The word beside each sentence says what it is: reported by a source, assumed in the "
        "case, computed from both, judged by a person, or a note, which claims nothing."
    )
    say(
        "One word for a probability prints the range of the word and, after the word here, that of the "
        "number; two words print that of the number alone, which touches more than one band."
    )
    say("Every range is equal-tailed, and the trace of a number says what it is a range over.")
    say(
        "A number whose Monte Carlo error exceeds a point is rounded to five points; a "
        "difference may then not be that of the rounded values."
    )
    say("Statements under an account are about the player in the model, never about what a person has in mind.")
    if not terms.checked:
        say("The bands of this list were taken from secondary pages and have not been compared with the publication.")
    blocks: list[Block] = [Prose(tuple(said))]
    if terms.terms:
        rows = tuple(text_cells(term.word, term.range) for term in terms.terms)
        blocks.append(Table(f"{terms.title}. Source: {terms.source}", text_cells("Term", "Stands for"), rows))
    return Section("how-to-read", "How to read this", (Fold("Terms, ranges and marks", tuple(blocks)),))
