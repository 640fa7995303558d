"""Everything for drawing in one window: tools, edits, forms, and how they are wired to the map.

Rules: makes and connects, and decides nothing. The map and the palette are made with its tools.
"""

from ui.acts.context import Context
from ui.canvas.scene import LINE
from ui.deeds import Deeds
from ui.drafting import Drafting
from ui.edits import Edits
from ui.filed import as_scenario
from ui.properties import Properties
from ui.toolbox import PROVIDER, RUN, Toolbox
from ui.welcome import shipped

BEGUN = "It happens now, in real time. Pause and look back as you like: it goes on meanwhile, and L leads back to live."


class Studio:
    """deeds: what can be done to the network at the playhead."""

    def __init__(self, ctx: Context) -> None:
        player, focus, sheets = ctx.player, ctx.focus, ctx.sheets
        fault = ctx.view.tell_fault
        self.tools = Toolbox(ctx.view)
        self.drafting = Drafting(player, self.tools, fault, self._tell)
        self.deeds = Deeds(player, focus, sheets, fault, self.drafting)
        self.edits = Edits(player, focus, self.drafting, self.tools, sheets, lambda: ctx.view.map, fault)
        self._properties = Properties(player, self.drafting, sheets)
        self._ctx, self.focus = ctx, focus

    def wire(self) -> None:
        """The map, the status line and the actions are there: connect them."""
        view = self._ctx.view
        self.drafting.pins = view.map.plan.pins
        self._ctx.player.keep_places(view.map.plan.places)
        view.map.placed.connect(self.drafting.place)
        view.map.formAsked.connect(self._open)
        view.status.follow(view.map.drawing.say_next)
        self.tools.changed.connect(view.status.refresh)
        view.map.began.connect(view.status.refresh)
        self._ctx.document.opened.connect(self._begin)

    def new_pattern(self) -> None:
        """Ask for a kind of network, and open it."""
        made = self._ctx.sheets.pattern(self._ctx.taste.switch.current)
        if made is not None:
            self._ctx.document.open_scenario(made, f"{made.title}: it is saved nowhere yet.")

    def new_live(self) -> None:
        """Ask what is to happen in real time, and let it."""
        document, player = self._ctx.document, self._ctx.player
        here = None if player.empty or document.recording else as_scenario(player.branches.current)
        lessons = [(path, title) for path, (title, _) in shipped()]
        made = self._ctx.sheets.lab(self._ctx.taste.switch.current, here, lessons)
        if made is not None:
            document.open_live(made, BEGUN)

    def show_form(self) -> None:
        """Of the chosen link, provider or organisation."""
        focus = self._ctx.focus
        link = focus.provider is None or (len(focus.chosen) == 2 and self.deeds.line() is not None)
        self._open(LINE if link or focus.provider is None else focus.provider)

    def _begin(self) -> None:
        """Another document: an empty one asks to be drawn on."""
        happens = self._ctx.player.run.happens
        if self._ctx.player.scenario.provider or self._ctx.document.recording or happens:
            self.tools.turn(RUN)
        else:
            self.tools.take(PROVIDER)

    def _open(self, what: int) -> None:
        if what == LINE:
            self.deeds.change_link()
        else:
            self._properties.open(what)

    def _tell(self, text: str) -> None:
        if text:
            self._ctx.view.notice.news(text)
