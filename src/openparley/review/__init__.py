"""The local web app in which a person checks a record: queue, text, form, history, assumptions, runs, brief.

It imports the layers, and nothing but its verb imports it. What it writes to a case, it writes as the verbs do: through the
same functions, under the same lock, one row of ``reviews.jsonl`` an act.
"""
