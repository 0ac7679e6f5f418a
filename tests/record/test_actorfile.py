"""``actors.toml``: what a coder appends can be read back, whatever the names hold, and mistakes in it are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openparley.errors import CaseError
from openparley.record.actorfile import FILE, append_actors, read_actors
from openparley.record.case import open_case
from openparley.record.casefile import Actor
from tests.record.small_case import small_case

NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text.strip())


@given(first=NAME, second=NAME)
def test_any_name_survives(tmp_path_factory, first, second):
    root = tmp_path_factory.mktemp("case")
    append_actors(root, {"one": Actor(name=first, aliases=(second,), role="official")})
    append_actors(root, {"two": Actor(name=second, country="XAB", role="group")})

    actors, complaints = read_actors((root / FILE).read_bytes().decode(), {})

    assert not complaints
    assert (actors["one"].name, actors["one"].aliases, actors["two"].name) == (first, (second,), second)
    assert actors["one"].proposed
    assert actors["two"].proposed


def test_actors_stand_beside_those_of_the_case(tmp_path):
    root = small_case(tmp_path)
    append_actors(root, {"harbour_master": Actor(name="Harbour master", role="official")})

    case = open_case(root)

    assert case.file.actors["harbour_master"].name == "Harbour master"
    assert case.file.actors["mediator"].proposed is False
    assert FILE in case.digest()


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[actors.mediator]\nname = "Again"\nrole = "party"\n', 1, "is an actor in case.toml already"),
        ('[actors.x]\nname = "X"\nrole = "boss"\n', 3, "boss"),
        ('[actors.x]\nname = "X"\nrole = "party"\ncolour = "red"\n', 4, "colour"),
        ("[actors.x\n", 1, ""),
    ],
    ids=["id taken", "no such role", "unknown key", "not TOML"],
)
def test_mistakes_are_named_with_their_line(tmp_path, text, line, says):
    root = small_case(tmp_path)
    (root / FILE).write_text(text)

    with pytest.raises(CaseError) as raised:
        open_case(root)

    found = [complaint for complaint in raised.value.complaints if complaint.file == FILE]
    assert [complaint.line for complaint in found] == [line]
    assert says in found[0].message
