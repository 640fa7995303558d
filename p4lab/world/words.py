"""How the sentences of a story spell keys, lists, spans of time, staleness and misbehaviour."""

DOES = {  # what a provider does with each misbehaviour on (protocol section 5.14)
    "refuse_external_gets": "refuses what others ask",
    "drop_external_puts": "drops what others put",
    "no_forward": "passes nothing on",
    "corrupt_value": "answers with wrong values",
    "stretch_ttl": "keeps copies too long",
    "under_report": "reports too few gets",
    "replay_old": "answers with old versions",
    "refuse_own_customers": "refuses its own customers",
}


def listed(names: list[str]) -> str:
    """Aster; Aster and Birch; Aster, Birch and Cedar; Aster, Birch, Cedar and 7 others."""
    if len(names) > 5:
        names = [*names[:3], f"{len(names) - 3} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nobody"


def span(seconds: float) -> str:
    """A length of time as people say it: 80 ms, 2.5 s, 10 s."""
    if seconds >= 0.9995:
        return f"{round(seconds, 3 if seconds < 10 else 1):g} s"
    return f"{round(seconds * 1000, 1 if seconds < 0.01 else 0):g} ms"


def versions_behind(lag: int, entries: bool) -> str:
    """How stale: the newest; 1 version behind; 2 entries short."""
    if not lag:
        return "complete" if entries else "the newest"
    if entries:
        return f"{lag} {'entry' if lag == 1 else 'entries'} short"
    return f"{lag} {'version' if lag == 1 else 'versions'} behind"
