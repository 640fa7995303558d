"""The metrics of a run in a dozen lines that people read, made of the object that scripts read."""

from collections.abc import Mapping
from typing import Any

KLASSES = {
    "local": "from own data",
    "replica": "from a replica",
    "cached": "from a cache",
    "joined": "joined a query",
    "remote": "from a peer",
    "not_found": "not found",
    "partial": "partial",
    "timeout": "timed out",
    "error": "refused",
    "unfinished": "unfinished",
}
REGIMES = {
    "get-broadcast": "get-broadcast",
    "put-broadcast-key": "put-broadcast of the key",
    "put-broadcast-value": "put-broadcast of the value",
    "none": "no put yet",
    "mixed": "several regimes",
}


def summary(report: Mapping[str, Any], happened: bool = False) -> list[str]:
    """Lines of plain text, at most about 100 characters wide. happened: on a network, where nothing is drawn."""
    seed = "" if happened else f"seed {report['seed']}, "
    gets, puts, messages, stale = report["gets"], report["puts"], report["messages"], report["staleness"]
    classes = ", ".join(f"{gets[key]:,} {words}" for key, words in KLASSES.items() if gets[key])
    codes = ", ".join(f"{count:,} {code}" for code, count in puts["by_code"].items())
    lines = [
        f"{report['scenario']}: {report['time']:g} s, {seed}{report['signatures']} signatures",
        f"  gets      {gets['total']:,}" + (f": {classes}" if classes else ""),
        f"  puts      {puts['total']:,}" + (f": {codes}" if codes else ""),
        f"  latency   gets {_times(report['latency']['get'])}",
        f"            remote gets {_times(report['latency']['get_remote'])}",
        f"            puts {_times(report['latency']['put'])}",
        f"  staleness {_staleness(stale)}",
        f"  messages  {messages['total']:,} between providers"
        + "".join(f", {messages[what]:,} {what}" for what in ("lost", "duplicated", "corrupted") if messages[what])
        + f", {_bytes(report['bytes']['total'])}"
        + f"; {report['access']['messages']:,} between customers and providers",
    ]
    for regime, part in report["by_regime"].items():
        share = part["staleness"]["share"]
        lines.append(
            f"  {REGIMES.get(regime, regime):26}  {part['gets']['total']:>7,} gets  {part['puts']['total']:>6,} puts  "
            f"{part['messages']['total']:>9,} messages  {_bytes(part['bytes']['total']):>8}  "
            f"{'' if share is None else f'{share:.1%} stale'}".rstrip()
        )
    coherence = report["coherence"]
    if coherence["holes"]:
        holes = "1 pair does" if coherence["holes"] == 1 else f"{coherence['holes']:,} pairs do"
        lines.append(f"  holes     {holes} not peer; {coherence['share']:.1%} of pairs cohere")
    lines += _harm(report["harm"])
    if report["digest"]:
        lines.append(f"  digest    {report['digest'][:16]}")
    return lines


def _harm(harm: Mapping[str, Any]) -> list[str]:
    """Who misbehaved, what that cost whom, and what was noticed; nothing where nobody did."""
    liars = harm["liars"]
    if not liars:
        return []
    whose = {"own": "its customers" if len(liars) == 1 else "their customers", "others": "all others"}
    lines = ["; ".join(f"{name}: {', '.join(switches)}" for name, switches in liars.items())]
    for key, words in whose.items():
        part = harm[key]
        kinds = ", ".join(f"{part[kind]:,} {kind}" for kind in ("stale", "missed", "wrong", "refused") if part[kind])
        share = f", {part['shares']['harmed']:.1%} harmed" if kinds else ""
        puts = f"; {part['puts_refused']:,} of {part['puts']:,} puts refused" if part["puts_refused"] else ""
        lines.append(f"{words:15} {part['gets']:,} gets{share}" + (f": {kinds}" if kinds else "") + puts)
    if harm["caught"]:
        lines.append("caught          " + ", ".join(f"{count:,} {code}" for code, count in harm["caught"].items()))
    bill = harm["reports"]["all"]
    if bill["unreported"]:
        lines.append(
            f"unreported      {bill['unreported']:,.0f} of {bill['gets']:,} reads of others' keys; their providers "
            f"can tell of {bill['unreported_observable']:,.0f}"
        )
    return [f"  {'' if n else 'liars':9} {line}" for n, line in enumerate(lines)]


def _times(part: Mapping[str, float | None]) -> str:
    if part["mean"] is None:
        return "none"
    return ", ".join(f"{key} {_ms(value)}" for key, value in part.items() if value is not None)


def _ms(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.9995 else f"{seconds * 1000:.3g} ms"


def _staleness(stale: Mapping[str, float | None]) -> str:
    share, lag, age = stale["share"], stale["mean_lag"], stale["mean_age"]
    if share is None or lag is None or age is None:
        return "nothing was read"
    return (
        f"{share:.1%} of what was read was not the newest; on average {_short(lag)} versions and {_short(age)} s behind"
    )


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{_short(count)} {unit}"
        count /= 1000
    return f"{_short(count)} GB"


def _short(number: float) -> str:
    """Three digits, or all of those before the point."""
    return f"{number:.3g}" if number < 999.5 else f"{number:,.0f}"
