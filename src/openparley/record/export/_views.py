"""Views of the SQLite file: the ledger, who did what to whom by week, what actors said and did."""

from __future__ import annotations

__all__ = ["EVIDENCE", "VIEWS"]

# Views read what the tables hold, so that whoever changes a filter in Datasette sees where a number comes from. Outcomes of the
# ledger need the groups of same reports and are worked out by the program; the rest is plain SQL.
VIEWS: dict[str, tuple[str, str]] = {
    "ledger": (
        "Who committed to what, by when, and what came of it: accepted commitments as of the cut-off.",
        """
        SELECT l.id, c.type, c.actor, c.target, c.paraphrase, l.made, l.due_start, l.due, l.days_overdue, l.outcome, l.as_of,
               l.slip_days, l.own_act, l.same_as, c.source, s.outlet, l.evidence
        FROM ledger_rows AS l JOIN commitments AS c ON c.id = l.id JOIN sources AS s ON s.id = c.source
        ORDER BY l.made IS NULL, l.made, l.id
        """,
    ),
    "who_to_whom": (
        "Actual, dated, usable events by week (its Monday) and pair, with PLOVER scores; reports of the same event count once.",
        """
        SELECT date(e.date_start, '-6 days', 'weekday 1') AS week, a.actor, r.recipient, count(*) AS events,
               round(sum(e.score), 6) AS total_score, round(avg(e.score), 6) AS mean_score
        FROM events AS e JOIN event_actors AS a ON a.event = e.id JOIN event_recipients AS r ON r.event = e.id
        WHERE e.counted_as = e.id AND e.realis = 'actual' AND NOT e.historical AND e.date_start IS NOT NULL
        GROUP BY week, a.actor, r.recipient
        ORDER BY week, a.actor, r.recipient
        """,
    ),
    "responses": (
        "Days from a usable entry to the usable entry that responds to it, by the actor that responds.",
        """
        WITH acting AS (
            SELECT event AS entry, actor FROM event_actors
            UNION ALL SELECT commitment, actor FROM commitment_actors
            UNION ALL SELECT statement, speaker FROM statement_speakers
        )
        SELECT acting.actor, l.entry, l.target_entry, CAST(julianday(here.when_start) - julianday(there.when_start) AS INTEGER) AS days
        FROM links AS l JOIN entries AS here ON here.id = l.entry JOIN entries AS there ON there.id = l.target_entry
            JOIN acting ON acting.entry = l.entry
        WHERE l.rel = 'responds_to' AND here.usable AND there.usable AND here.when_start IS NOT NULL AND there.when_start IS NOT NULL
        ORDER BY acting.actor, l.entry, l.target_entry
        """,
    ),
    "say_do": (
        "What each actor said it would do itself and what came of it; what it demanded of others and was reported done. "
        "Reports of the same commitment count once, proposals not at all.",
        """
        WITH own AS (
            SELECT a.actor, l.*, c.type FROM ledger_rows AS l JOIN commitments AS c ON c.id = l.id
                JOIN commitment_actors AS a ON a.commitment = l.id
            WHERE l.same_as IS NULL AND c.type <> 'proposal'
        ), slips AS (
            SELECT actor, slip_days AS days, row_number() OVER (PARTITION BY actor ORDER BY slip_days) AS place,
                   count(*) OVER (PARTITION BY actor) AS number
            FROM own WHERE own_act AND slip_days IS NOT NULL
        ), waits AS (
            SELECT actor, days, row_number() OVER (PARTITION BY actor ORDER BY days) AS place,
                   count(*) OVER (PARTITION BY actor) AS number
            FROM responses
        )
        SELECT own.actor, sum(own_act) AS made,
               sum(own_act AND outcome = 'kept') AS kept,
               sum(own_act AND outcome IN ('lapsed', 'violated')) AS lapsed,
               sum(own_act AND outcome = 'superseded') AS superseded,
               sum(own_act AND outcome IN ('pending', 'unknown')) AS pending,
               sum(own_act AND outcome = 'due passed, no report') AS no_report,
               sum(NOT own_act) AS demands_made,
               sum(NOT own_act AND outcome = 'kept') AS demands_met,
               (SELECT avg(days) FROM slips WHERE slips.actor = own.actor AND place IN ((number + 1) / 2, (number + 2) / 2))
                   AS median_slip_days,
               (SELECT avg(days) FROM waits WHERE waits.actor = own.actor AND place IN ((number + 1) / 2, (number + 2) / 2))
                   AS median_response_days
        FROM own JOIN actors ON actors.id = own.actor
        GROUP BY own.actor ORDER BY actors.rowid
        """,
    ),
}
# Only where the texts are in the file; SQLite's substr counts code points too, from 1.
EVIDENCE = (
    "The words of every entry, from the texts.",
    """
    SELECT p.entry, p.position, e.kind, p.source, substr(t.text, p.span_start + 1, p.span_end - p.span_start) AS words, e.paraphrase
    FROM spans AS p JOIN texts AS t ON t.id = p.source JOIN entries AS e ON e.id = p.entry
    """,
)
