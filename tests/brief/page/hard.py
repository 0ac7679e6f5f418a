"""The made-up case with names that are hard to set: right to left, far too long, or one word without end."""

from dataclasses import replace
from pathlib import Path

from openparley.forecast.forecast import Forecast
from openparley.record.case import Case, open_case
from tests.brief import synthetic

ENDLESS = "Wasserstrassenschifffahrtsgenehmigungsverfahrensbeschleunigungskommission" * 2
ARABIC = "هيئة الوساطة بين الطرفين في المضيق الشمالي"
LONG = "The joint technical committee on navigation, fishing rights and the reopening of the northern strait"
NAMES = {
    'name = "The mediator"': f'name = "{ARABIC}"',
    'name = "Party A"': f'name = "{ENDLESS}"',
    'name = "The allies"': f'name = "{LONG}"',
    'name = "Wants a deal"': 'name = "Acknowledges internationally supervised navigation arrangements"',
    'name = "Favours party A"': 'name = "هيئة الوساطة بين الطرفين"',
    'name = "Thinks it is winning"': f'name = "{ENDLESS}"',
    'name = "Tariffs come into force"': f'name = "{ARABIC}"',
    'name = "The mediator walks away"': f'name = "{ENDLESS}"',
    'name = "A new wave of shelling"': f'name = "{LONG}"',
    'statement = "How much propensity mediator hold counts."': f'statement = "{ENDLESS} {ARABIC}."',
    'notes = "A made-up negotiation between two parties, for tests."': f'notes = "{ENDLESS}"',
}
MORE = 4


def case(folder: Path) -> Case:
    """More outcomes than fit two panels, and names that no layout likes."""
    synthetic.write_case(folder)
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    for plain, hard in NAMES.items():
        assert plain in text, plain
        text = text.replace(plain, hard)
    for k in range(MORE):
        text += f'[[outcomes]]\nid = "more{k}"\nname = "Outcome number {k}"\nwhat = "{LONG}."\nwhen = {{ end = "ceasefire" }}\n'
    path.write_text(text, encoding="utf-8")
    commitments = folder / "record/commitments.jsonl"
    rows = commitments.read_text(encoding="utf-8").replace("gave party A a month to reopen the strait.", f"{ENDLESS} {ARABIC}.")
    commitments.write_text(rows, encoding="utf-8")
    return open_case(folder)


def forecast() -> Forecast:
    """As many outcomes as the case has."""
    base = synthetic.forecast()
    one = base.outcomes["tariffs"]
    more = {f"more{k}": replace(one, id=f"more{k}", name=f"Outcome number {k}") for k in range(MORE)}
    return replace(base, outcomes={**base.outcomes, **more})
