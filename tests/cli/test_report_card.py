"""`course report-card`: the table, JSON, one document, and a document that there is not."""

import json

from course_lib.analysis.claims import find_claims


def test_the_table_has_every_claim_and_what_chance_gives(typed):
    code, out, _ = typed("report-card", "--document", "homework")
    assert code == 0
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(find_claims("homework"))]] == [
        claim.id for claim in find_claims("homework")
    ]
    assert "would be reproduced by chance" in out


def test_json_has_rows_and_a_summary(typed):
    code, out, _ = typed("report-card", "--json", "--document", "homework")
    found = json.loads(out)
    assert code == 0
    assert found["summary"]["claims"] == len(found["claims"]) == len(find_claims("homework"))
    row = found["claims"][0]
    assert {"document", "claim", "mini", "real"} <= set(row)
    assert {"verdict", "effect", "low", "high", "why", "p"} <= set(row["mini"])
    assert sum(found["summary"]["real"]["verdicts"].values()) == len(found["claims"])


def test_an_unknown_document_is_told_in_one_sentence(typed):
    code, _, err = typed("report-card", "--document", "novel")
    assert code == 2
    assert "no claims of a document 'novel': choose one of" in err
