"""PLOVER's table has the codebook's types and the manual's scores."""

from openparley.record.plover import CONTEXTS, MODES, TYPES, score

CODEBOOK = "AGREE CONSULT SUPPORT COOPERATE AID CONCEDE REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION MOBILIZE COERCE ASSAULT RETREAT"
# Table "PLOVER conflict–cooperation scores" of the manual, from conflict to cooperation; its DEMAND is our REQUEST.
MANUAL = [-9.3, -7.2, -6.6, -5.3, -5.2, -5.1, -5.0, -4.2, -2.0, 2.1, 4.2, 4.6, 5.0, 6.8, 7.4, 7.6]


def test_the_types_are_the_codebooks() -> None:
    assert set(TYPES) == set(CODEBOOK.split())


def test_the_scores_are_the_manuals() -> None:
    assert sorted(kind.score for kind in TYPES.values()) == MANUAL


def test_score_and_quad_class_agree() -> None:
    for name, kind in TYPES.items():
        assert (score(name) > 0) == ("cooperation" in kind.quad)


def test_no_mode_or_context_stands_twice() -> None:
    assert len(set(CONTEXTS)) == len(CONTEXTS)
    assert all(len(set(modes)) == len(modes) for modes in MODES.values())
