"""The recording of the benchmark is opened, read and sought in the real window."""

from bench import recorded


def test_the_rows_have_the_names_that_scripts_read(qapp, monkeypatch):
    for name, value in {"EVENTS": 2_000, "PROVIDERS": 8, "SEEKS": 2, "AGAIN": 1, "REST": 1}.items():
        monkeypatch.setattr(recorded, name, value)
    rows = list(recorded.rows())
    assert [(row.name, row.unit, row.against) for row in rows] == [
        ("recording, 2,000 events: first frame", "s", None),
        ("recording, 2,000 events: all of it", "s", None),
        ("seek, 2,000 events", "ms", "folding again"),
    ]
    assert all(row.value > 0 for row in rows)
