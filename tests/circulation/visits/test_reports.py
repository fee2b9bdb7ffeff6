"""What a report may say: read once, refused with a sentence, the same again when it is read again."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundenakte.circulation.visits import reports
from kundenakte.records.refusals import BadValue

KEY = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
SIGNED = {
    "name": "Herr Adler",
    "at": "2026-11-24T10:02",
    "width": 600,
    "height": 200,
    "strokes": [[[20, 100], [80, 40]]],
}
WHOLE: dict[str, Any] = {
    "task": 1, "answers": {"befund": "spröde"}, "remark": "Gerne\r\nwieder",
    "times": [{"kind": "work", "begin": "2026-11-24T22:30", "end": "2026-11-25T01:00"}],
    "parts": [{"number": "D-44", "name": "Dichtung", "quantity": "2,5"}], "photos": [{"key": KEY, "caption": "Schild"}],
    "signature": SIGNED, "unsigned": "", "finished_at": "2026-11-24T10:05",
}  # fmt: skip


def test_what_was_read_says_the_same_when_it_is_read_again() -> None:
    report = reports.read(WHOLE)
    assert report.times[0].minutes == 150
    assert report.remark == "Gerne\nwieder"
    again = reports.as_json(report, report.answers)
    assert reports.as_json(reports.read(again), again["answers"]) == again


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"times": [{"kind": "work", "begin": "2026-11-24T10:00", "end": "2026-11-24T09:00"}]}, "endet, bevor sie"),
        ({"times": [{"kind": "work", "begin": "2026-11-24T10:00", "end": "2026-11-25T10:00"}]}, "länger als einen Tag"),
        ({"times": [{"kind": "work", "begin": "2026-11-24T10:00", "end": ""}]}, "fehlt Tag oder Uhrzeit"),
        ({"times": [{"kind": "work", "begin": "2026-02-30T10:00", "end": "2026-02-30T11:00"}]}, "fehlt Tag oder Uhr"),
        ({"parts": [{"number": "", "name": "", "quantity": "2"}]}, "fehlt, was es ist"),
        ({"parts": [{"number": "D-44", "name": "", "quantity": "zwei"}]}, "„D-44“ fehlt die Menge"),
        ({"signature": SIGNED | {"name": " "}}, "wer unterschrieben hat"),
        ({"signature": SIGNED | {"strokes": [[]]}}, "Unterschrift ist leer"),
        ({"signature": SIGNED | {"strokes": [[[1, 1]]] * 401}}, "zu viele Striche"),
        ({"remark": "x" * 4001}, "mehr als 4000 Zeichen"),
        ({"photos": [{"key": KEY}, {"key": KEY}]}, "nicht zu lesen"),
        ({"photos": [{"key": "../../etc/passwd"}]}, "nicht zu lesen"),
        ({"task": True}, "nicht zu lesen"),
        ({"task": "1"}, "nicht zu lesen"),
        ({"signature": SIGNED | {"width": 10**9}}, "nicht zu lesen"),
        ({"signature": SIGNED | {"strokes": [[[1, float("nan")]]]}}, "nicht zu lesen"),
        ({"anything": 1}, "nicht zu lesen"),
        ({"answers": []}, "nicht zu lesen"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadValue, match=said):
        reports.read(WHOLE | change)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*sorted(WHOLE), "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(said=_ANY, key=st.sampled_from(sorted(WHOLE)))
def test_whatever_a_device_sends_is_read_or_refused(said: Any, key: str) -> None:
    for whole in (said, WHOLE | {key: said}):
        with contextlib.suppress(BadValue):
            report = reports.read(whole)
            assert reports.read(reports.as_json(report, report.answers)) == report
