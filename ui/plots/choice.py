"""Which plots are shown and how, as values that settings can keep.

Rules: no Qt. Whatever cannot be read is as if nothing had been chosen.
"""

import msgspec

from ui.plots.sources import SOURCES

LATENCY, STALENESS, RATES = "latency", "staleness", "rates"  # the three that are shown at first
TITLES = {
    LATENCY: "Get latency", STALENESS: "What each provider would answer", RATES: "Messages",
    **{source.id: source.title for source in SOURCES.values()},
}  # fmt: skip
KEYED = (STALENESS, *(source.id for source in SOURCES.values() if source.by_key))
FORMS = {"png": "picture (PNG)", "svg": "drawing (SVG)", "csv": "table (CSV)"}  # of files, by suffix
USUAL = (LATENCY, STALENESS, RATES)
WINDOWS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # s; 0: a twelfth of what is in sight


class Shown(msgspec.Struct, frozen=True):
    """One plot. transform: "" the usual one. only_key: the selected key alone. key, owner: a pinned one's own."""

    kind: str
    transform: str = ""
    window: float = 0.0
    log: bool = False
    only_key: bool = False
    pinned: bool = False
    key: str = ""
    owner: str = ""


class Plots(msgspec.Struct, frozen=True):
    """plots: from the top, the pinned ones first."""

    plots: tuple[Shown, ...] = tuple(Shown(kind) for kind in USUAL)

    def has(self, kind: str) -> bool:
        """Whether a plot of this kind is shown that is not pinned."""
        return any(each.kind == kind and not each.pinned for each in self.plots)

    def toggled(self, kind: str) -> "Plots":
        """With one more plot, or without those of its kind that are not pinned."""
        if self.has(kind):
            return Plots(tuple(each for each in self.plots if each.kind != kind or each.pinned))
        order = list(TITLES)
        loose = [*(each for each in self.plots if not each.pinned), Shown(kind)]
        loose.sort(key=lambda each: order.index(each.kind))
        return Plots((*self._pinned(), *loose))

    def usual(self) -> "Plots":
        """The three that are shown at first, below what is pinned."""
        return Plots((*self._pinned(), *Plots().plots))

    def without(self, number: int) -> "Plots":
        """Without one plot."""
        return Plots((*self.plots[:number], *self.plots[number + 1 :]))

    def changed(self, number: int, **what: object) -> "Plots":
        """With another look of one plot."""
        plots = list(self.plots)
        plots[number] = msgspec.structs.replace(plots[number], **what)
        return Plots(tuple(sorted(plots, key=lambda each: not each.pinned)))

    def _pinned(self) -> tuple[Shown, ...]:
        return tuple(each for each in self.plots if each.pinned)


def written(plots: Plots) -> str:
    """For the settings."""
    return msgspec.json.encode(plots).decode()


def read(text: object) -> Plots:
    """What `written` wrote."""
    try:
        found = msgspec.json.decode(str(text).encode(), type=Plots)
    except msgspec.MsgspecError:
        return Plots()
    return Plots(tuple(each for each in found.plots if each.kind in TITLES))
