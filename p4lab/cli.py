"""The command line: `p4lab run, check, replay, import, generate, torture`, and the window's, from `p4lab.commands`.

Rules: results on stdout, everything else on stderr; bad input is one line and status 2; the engine imports no window,
so `gui` and `screenshot` arrive as entry points, loaded when they are asked for. Exit status: contracts section 1.
"""

import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from p4lab import __version__, live_cli
from p4lab.answering import BAD, DONE, FAILED, answered, complain
from p4lab.metrics import Metrics, save_tables
from p4lab.recording import Recorder, RecordingError
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.expect import judge, misnamed
from p4lab.scenario.model import Scenario
from p4lab.scenario.read import read
from p4lab.scenario.settings import apply
from p4lab.scenario.timeline import in_vain
from p4lab.scenario.write import dumps, write
from p4lab.session.replay import Replayed
from p4lab.session.simulated import Simulated
from p4lab.summary import summary
from p4lab.topology import TopologyError, import_map
from p4lab.torture.torture import HOUR, Found, Report
from p4lab.torture.torture import run as run_watched
from p4lab.torture.torture import torture as torment
from p4lab.torture.words import as_json, lines, spelt

GROUP = "p4lab.commands"
PIECE = 65_536  # events folded at once
WINDOW = "gui"  # what opens without a command

app = typer.Typer(add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, rich_markup_mode=None)
live_cli.register(app)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """P4 Lab: peering providers of a put/get service, simulated and shown. Without a command, opens the window."""
    if version:
        print(f"p4lab {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        gui = _commands().get(WINDOW)
        if gui is None:
            raise ScenarioError("the window is not installed", "see p4lab --help for the other commands")
        gui()


@app.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="A scenario file (.toml).")],
    seed: Annotated[int | None, typer.Option(help="Another seed than the file's.")] = None,
    until: Annotated[float | None, typer.Option(help="Stop at this time, in s.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change a value.")] = None,
    record: Annotated[Path | None, typer.Option(help="Write a recording (.p4rec).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the metrics as one JSON object.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write gets.csv, puts.csv and messages.csv to this folder.")] = None,
) -> None:
    """Run a scenario without a window and print its summary.

    \b
    Example: p4lab run scenarios/stale-by-ttl.toml --seed 3 --set workload.page.ttl=5 --json
    """
    settings = [f"seed={seed}"] if seed is not None else []
    plan = _changed(read(scenario), [*(set_ or []), *settings])
    end = plan.duration if until is None else until
    if not 0 <= end <= plan.duration:
        right = f"--until takes 0 to {plan.duration:g}, or make it longer with --set duration=..."
        raise ScenarioError(f"--until {end:g}: the run lasts {plan.duration:g} s", right)
    if csv is not None:
        csv.mkdir(parents=True, exist_ok=True)  # before the run, which may take long
    metrics, session = _simulate(plan, end, record)
    report = metrics.report(end, session.trace.digest())
    report["signatures"] = plan.options.signatures.value
    if csv is not None:
        save_tables(csv, metrics, session.trace)
    _tell(report, json)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files (.toml).")],
    run: Annotated[bool, typer.Option("--run", help="Run them and test their expectations.")] = False,
) -> None:
    """Validate scenarios; with --run, run them and test their [[expect]] rows.

    \b
    Example: p4lab check --run scenarios/*.toml
    """
    status = DONE
    for file in files:
        try:
            plan = read(file)
        except ScenarioError as fault:
            complain(str(fault))
            status = BAD
            continue
        for sentence in in_vain(plan):
            print(f"  {sentence}")
        if not run:
            nothing = Metrics(plan.title, plan.seed).report(0.0)
            wrong = [(row, misnamed(nothing, expect)) for row, expect in enumerate(plan.expect, 1)]
            wrong = [(row, why) for row, why in wrong if why is not None]
            for row, why in wrong:
                complain(f"{file}: expect.{row}.metric: {why}")
                status = BAD
            if not wrong:
                print(f"{file}: sound")
            continue
        metrics, session = _simulate(plan, plan.duration, None)
        report = metrics.report(plan.duration, session.trace.digest())
        verdicts = [judge(report, expect) for expect in plan.expect]
        failed = [verdict for verdict in verdicts if not verdict.ok]
        print(f"{file}: {len(verdicts) - len(failed)} of {len(verdicts)} expectations hold")
        for verdict in verdicts:
            print(f"  {'holds ' if verdict.ok else 'FAILS '} {verdict.text}")
        if failed:
            status = max(status, FAILED)
    raise typer.Exit(status)


@app.command()
def replay(
    recording: Annotated[Path, typer.Argument(help="A recording (.p4rec).")],
    json: Annotated[bool, typer.Option("--json", help="Print the metrics as one JSON object.")] = False,
) -> None:
    """Compute the metrics of a recording again; they equal the run's.

    \b
    Example: p4lab replay monday.p4rec --json
    """
    session = Replayed(recording)
    known = session.advance(session.abilities.end)
    while known < session.abilities.end:
        known = session.advance(session.abilities.end)
    if session.fault is not None:
        complain(f"{session.fault}; p4lab gui {recording} shows what stands before that, up to {known:.3f} s")
        raise typer.Exit(BAD)
    metrics = Metrics(session.scenario.title, session.scenario.seed)
    for start in range(0, len(session.trace), PIECE):
        metrics.step(session.trace.slice(start, min(start + PIECE, len(session.trace))))
    report = metrics.report(known, session.trace.digest())
    report["signatures"] = session.scenario.options.signatures.value
    _tell(report, json, session.happened)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A map in GraphML or GML, or CAIDA AS relationships (serial-1).")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="SCENARIO.toml", help="The scenario to write.")],
    peerings: Annotated[
        Literal["all", "links"] | None, typer.Option(help="Peer all with all, or along the map's links.")
    ] = None,
    parents: Annotated[
        Literal["nearest", "largest", "first"] | None,
        typer.Option(help="Which provider an AS with several keeps: nearest the top, the largest, the first named."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="The scenario's title.")] = None,
) -> None:
    """Turn a map into a scenario, and say what was dropped or guessed.

    \b
    Example: p4lab import Abilene.graphml -o abilene.toml
    """
    imported = import_map(file, peerings=peerings, title=title, parents=parents)
    write(imported.scenario, out)
    for note in imported.notes:
        print(f"  {note}")
    print(f"{out}: {len(imported.scenario.provider)} providers; p4lab gui {out} opens it")


@app.command()
def generate(
    kind: Annotated[str, typer.Argument(help="Such as full-mesh, ring, small-world, forest.")],
    count: Annotated[int, typer.Argument(help="How many providers, up to 1,000.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="SCENARIO.toml", help="The scenario to write.")],
    seed: Annotated[int, typer.Option(help="What is drawn, and the seed of the run.")] = 7,
    with_: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME=VALUE", help="A number of this kind, such as peers=6.")
    ] = None,
) -> None:
    """Make a network of a kind, with a workload that plays at once.

    Kinds: full-mesh, ring, star, random, small-world, preferential-attachment, forest.

    \b
    Example: p4lab generate small-world 40 --with peers=6 --seed 3 -o small.toml
    """
    # numpy takes a tenth of a second that no other command should wait for
    from p4lab.topology.generate import generate as made  # noqa: PLC0415 the reason stands above

    given = dict(_number(each) for each in with_ or [])
    write(made(kind.replace("-", " "), count, seed, **given), out)
    print(f"{out}: {count:,} providers; p4lab gui {out} opens it")


@app.command()
def torture(
    scenario: Annotated[Path | None, typer.Argument(help="A scenario to watch instead of a campaign.")] = None,
    seed: Annotated[int, typer.Option(help="Where the campaign begins; a violation's own seed brings it back.")] = 1,
    hours: Annotated[float, typer.Option(help="How many hours to simulate, at least.", min=0)] = 1.0,
    providers: Annotated[int | None, typer.Option(help="How many, 2 to 16; drawn if left out.", min=2, max=16)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object.")] = False,
) -> None:
    """Run a seeded fault campaign with the invariants of the protocol checked throughout.

    A violation is made small and written to torture-SEED-INVARIANT.toml, which a run replays.

    \b
    Example: p4lab torture --seed 7 --hours 10
    """
    if scenario is not None:
        found, _ = run_watched(read(scenario))
        print("\n".join(map(spelt, found)) or f"{scenario}: no invariant violated")
        raise typer.Exit(FAILED if found else DONE)
    with _progress() as progress:
        bar = progress.add_task("torture", total=hours * HOUR)
        shown: list[Found] = []

        def tell(report: Report) -> None:
            for found in report.found[len(shown) :]:
                print(f"seed {found.seed}, {spelt(found.violation)}", file=sys.stderr)
                if found.scenario is not None:
                    file = Path(f"torture-{found.seed}-{found.violation.invariant}.toml")
                    write(found.scenario, file)
                    print(f"  p4lab torture {file}", file=sys.stderr)
                shown.append(found)
            progress.update(bar, completed=report.simulated)

        report = torment(seed, hours, providers, tell)
    print(msgspec.json.encode(as_json(report)).decode() if json else "\n".join(lines(report)))
    raise typer.Exit(FAILED if report.found else DONE)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit status (contracts section 1)."""
    words = sys.argv[1:] if arguments is None else arguments

    def work() -> int | None:
        if not words or words[0] not in _commands():
            _join_window(words[0] if words else WINDOW)
        status: int | None = app(words, standalone_mode=False)
        return status

    return answered(work, (ScenarioError, TopologyError, RecordingError))


def _commands() -> dict[str | None, Callable[..., Any] | None]:
    return {
        command.name or getattr(command.callback, "__name__", None): command.callback
        for command in app.registered_commands
    }


def _join_window(asked: str) -> None:
    """Add the window's commands. One that cannot be loaded is missed by those alone who asked for it."""
    for point in entry_points(group=GROUP):
        try:
            if point.name not in _commands():
                app.command(name=point.name)(point.load())
        except (ImportError, AttributeError) as fault:
            if asked == point.name:
                raise ScenarioError(
                    f"{asked} cannot be loaded: {fault}", "run, check, replay and import work"
                ) from None


def _changed(plan: Scenario, settings: list[str]) -> Scenario:
    for setting in settings:
        path, equals, value = setting.partition("=")
        if not equals:
            raise ScenarioError(f"--set {setting}: there is no =", "write --set PATH=VALUE, such as link.latency=0.1")
        plan = apply(plan, path.strip(), value.strip())
    return plan


def _number(setting: str) -> tuple[str, float]:
    name, _, value = setting.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise ScenarioError(
            f"--with {setting}: this is no number", "write --with NAME=VALUE, such as peers=6"
        ) from None


def _simulate(plan: Scenario, end: float, record: Path | None) -> tuple[Metrics, Simulated]:
    """Run to `end` with a progress bar where somebody watches; what was recorded before Ctrl+C stays."""
    session = Simulated(plan)
    metrics = Metrics(plan.title, plan.seed)
    recorder = None if record is None else Recorder(record, dumps(plan), plan.seed, __version__)
    seen, known = 0, -1.0
    try:
        with _progress() as progress:
            bar = progress.add_task(plan.title, total=end)
            while known < end:
                known = session.advance(end)
                fresh = session.trace.slice(seen, len(session.trace))
                seen = len(session.trace)
                metrics.step(fresh)
                if recorder is not None:
                    recorder.write(fresh, known)
                progress.update(bar, completed=known)
    finally:
        if recorder is not None:
            recorder.close()
    return metrics, session


def _progress() -> Progress:
    """A bar on stderr; silent where stderr is no terminal."""
    console = Console(stderr=True)
    done = TextColumn("{task.completed:.0f} s")
    columns = (TextColumn("{task.description}"), BarColumn(), done, TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _tell(report: dict[str, Any], json: bool, happened: bool = False) -> None:
    if json:
        print(msgspec.json.encode(report).decode())
    else:
        print("\n".join(summary(report, happened)))
