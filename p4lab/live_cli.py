"""The live part at the command line: `p4lab node`, `p4lab put` and `p4lab get` (contracts section 5).

Rules: results on stdout, everything else on stderr. What is live is loaded when it is asked for: no other command
waits for it. Exit status: 0 OK, 4 not found, 5 refused (any E_ code), 6 partial or timeout, 2 bad usage, 7 not admitted
or not reachable.
"""

import asyncio
import errno
import getpass
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec
import typer

from p4lab.answering import answered
from p4lab.core.commands import DEFAULT_TTL, Get, Put
from p4lab.core.names import Kind, Regime, digest
from p4lab.core.outcomes import said
from p4lab.core.records import MAX_LIFETIME, MAX_SEQ

if TYPE_CHECKING:
    from p4lab.live.client import Client, Result

OK, BAD, NOT_FOUND, REFUSED, UNSURE, OUTSIDE = 0, 2, 4, 5, 6, 7
UNHEARD = (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES)  # nobody can listen there
LOOK = 0.5  # s between two looks of `get --watch`
SPEAK = ("OK", "NOT_FOUND")  # codes that say it all

_T = TypeVar("_T")
wall: Callable[[], float] = time.time  # noqa: TID251 the one place where the live commands read the wall clock

Kinds = Literal["immutable", "authenticated", "unauthenticated"]
Regimes = Literal["get-broadcast", "put-broadcast-key", "put-broadcast-value"]
NodeAt = Annotated[str, typer.Option("--node", metavar="HOST:PORT", help="The provider to ask.")]
Code = Annotated[str, typer.Option("--join", metavar="CODE", help="The join code of the class.")]
Folder = Annotated[Path | None, typer.Option("--profile", metavar="DIR", help="Where your keys are kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (node, put, get):
        app.command()(command)


def main(words: list[str]) -> int:
    """Run one of these commands alone, which is quicker to start, and smaller, than the whole command line."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    register(app)

    def work() -> int | None:
        status: int | None = app(words, standalone_mode=False)
        return status

    return answered(work)


def node(
    name: Annotated[str, typer.Option("--name", help="What the provider is called.")],
    new_class: Annotated[str, typer.Option("--new-class", metavar="NAME", help="Open this class.")] = "",
    join: Annotated[str, typer.Option("--join", metavar="CODE", help="Join the class with this code.")] = "",
    listen: Annotated[
        str, typer.Option("--listen", metavar="HOST:PORT", help="Where to listen; 127.0.0.1:0 keeps to this machine.")
    ] = "",
    store: Annotated[Path | None, typer.Option("--store", metavar="DIR", help="Where the data is kept.")] = None,
    profile: Folder = None,
    peer: Annotated[
        list[str] | None, typer.Option("--peer", metavar="HOST:PORT", help="Peer with who is there.")
    ] = None,
    policy: Annotated[
        Literal["ask", "class", "open"], typer.Option(help="Whose requests to peer are accepted.")
    ] = "class",
    json: Annotated[bool, typer.Option("--json", help="Print the card as one JSON object.")] = False,
) -> None:
    """Run a provider until it is told to stop. The first line is its card; what happens follows on stderr.

    \b
    Example: p4lab node --name Aster --new-class Networks
    """
    # zeroconf and the rest take a third of a second that no other command should wait for
    from p4lab.live.addresses import split  # noqa: PLC0415 the reason stands above
    from p4lab.live.identity import name_fault  # noqa: PLC0415 the reason stands above
    from p4lab.live.limits import Limits  # noqa: PLC0415 the reason stands above
    from p4lab.live.log import Log  # noqa: PLC0415 the reason stands above
    from p4lab.live.run_node import Plan, Running  # noqa: PLC0415 the reason stands above

    limits = Limits()
    for option, text in (("--name", name), *([("--new-class", new_class)] if new_class else [])):
        if fault := name_fault(text):
            raise typer.BadParameter(f"{option} {text!r}: {fault[:1].lower()}{fault[1:]}")
    plan = Plan(name.strip(), _folder(profile), new_class.strip(), join, listen, store, tuple(peer or ()), policy)

    async def serve() -> None:
        for address in plan.peers:
            split(address)  # one that can never be reached would be tried for ever
        log = Log(sys.stderr, limits.log_lines, asyncio.get_running_loop().time, wall)
        running = Running(plan, limits, wall, log)
        stop = _told_to_stop()
        starting = asyncio.get_running_loop().create_task(running.start())
        await asyncio.wait((starting, stop), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            log("stop", f"{stop.result()} was received before it had begun")
            starting.cancel()
            await asyncio.wait((starting,))
            return
        try:
            card = starting.result()
        except OSError as fault:
            if fault.errno not in UNHEARD:
                raise
            says = f"--listen {listen}: {os.strerror(fault.errno).lower()}; port 0 takes one that is free"
            raise _UnusableError(says) from None
        said = f"{card.name} ({card.id[:8]}) of class {card.class_} listens at {card.listen}; join with {card.code}"
        print(msgspec.json.encode(card).decode() if json else said, flush=True)
        log("stop", f"{await stop} was received: leaving the class")
        await running.stop("it was told to stop")

    _run(serve)


def put(
    key: Annotated[str, typer.Argument(help="The key; of an immutable value - stands for its hash.")],
    value: Annotated[str, typer.Argument(help="The value.")],
    node: NodeAt,
    join: Code,
    kind: Annotated[Kinds, typer.Option(help="How it is guarded.")] = "authenticated",
    regime: Annotated[Regimes, typer.Option(help="How it travels.")] = "get-broadcast",
    ttl: Annotated[float, typer.Option(min=0, max=MAX_LIFETIME, help="How long it may be cached, in s.")] = DEFAULT_TTL,
    as_: Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs.")] = "me",
    seq: Annotated[int | None, typer.Option(min=0, max=MAX_SEQ, help="Its version, else the next one.")] = None,
    profile: Folder = None,
    json: Json = False,
) -> None:
    """Put a value through a provider of a class, and say what came of it.

    \b
    Example: p4lab put greeting hello --node 192.168.1.5:4711 --join ABCDEFGHIJKL-MNOP
    """
    if not as_.strip():
        raise typer.BadParameter("--as '': a name is missing")
    if not isfinite(ttl):
        raise typer.BadParameter("--ttl takes a number of seconds")
    hashed = kind == "immutable" and key == "-"
    what = Put(
        as_, value, None if hashed else key, Kind(kind), Regime(regime), ttl, identity=as_, seq=seq
    )  # fmt: skip

    async def ask(client: "Client") -> "Result":
        if what.kind is Kind.AUTHENTICATED and await client.shared(as_):
            _say(
                f"--as {as_}: signed with this profile's own key of that name. A member of the class is called {as_} "
                "too, whose key is another one."
            )
        return await client.put(what)

    _customer(node, join, profile, json, ask, digest(value.encode()).hex() if hashed else key)


def get(
    key: Annotated[str, typer.Argument(help="The key; of an immutable value its hash in hex.")],
    node: NodeAt,
    join: Code,
    kind: Annotated[Kinds, typer.Option(help="How it is guarded.")] = "authenticated",
    owner: Annotated[str, typer.Option(metavar="NAME|HEX", help="Whose key: a name, or the hash of a key.")] = "me",
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and print each new version.")] = False,
    profile: Folder = None,
    json: Json = False,
) -> None:
    """Get what is stored under a key, from a provider of a class.

    \b
    Example: p4lab get greeting --node 192.168.1.5:4711 --join ABCDEFGHIJKL-MNOP --owner Ann
    """

    async def ask(client: "Client") -> "Result":
        what = Get(owner, key, kind=Kind(kind), owner=owner)
        if what.kind is Kind.AUTHENTICATED and not await client.knows(owner):
            raise _UnusableError(f"--owner {owner}: neither this profile nor the class knows this name")
        if what.kind is Kind.AUTHENTICATED and (other := await client.shared(owner)):
            _say(
                f"--owner {owner}: this profile's own key of that name is taken. For that of the member of the class "
                f"who is called {owner} write --owner {other}"
            )
        result = await client.get(what)
        while watch:
            _print(result, key, json, {} if json else await client.called(result.silent))
            last = result
            while (result.code, result.version, result.values) == (last.code, last.version, last.values):
                await asyncio.sleep(LOOK)
                result = await client.get(what)
                if client.gone:
                    raise _LostError(
                        f"{node} was lost while we watched ({client.gone}): start that node again, then this."
                    )
        return result

    _customer(node, join, profile, json, ask, key)


class _LostError(Exception):
    """The node that was watched is not there any more, in a sentence."""


class _UnusableError(ValueError):
    """What was asked for cannot be done, in a sentence."""


def _customer(
    node: str, join: str, profile: Path | None, json: bool, ask: Callable[["Client"], Awaitable["Result"]], key: str
) -> None:
    """Reach the node, ask, print what comes of it, and exit with its status."""
    # the same reason as in `node`: these take a third of a second
    from p4lab.live.addresses import split  # noqa: PLC0415 the reason stands above
    from p4lab.live.client import Client  # noqa: PLC0415 the reason stands above
    from p4lab.live.doors import dial  # noqa: PLC0415 the reason stands above
    from p4lab.live.entry import admitted  # noqa: PLC0415 the reason stands above
    from p4lab.live.identity import parse_code  # noqa: PLC0415 the reason stands above
    from p4lab.live.limits import Limits  # noqa: PLC0415 the reason stands above
    from p4lab.live.profile import Profile  # noqa: PLC0415 the reason stands above

    async def talk() -> tuple["Result", dict[int, str]]:
        split(node)
        code, purse = parse_code(join), Profile(_folder(profile))
        try:
            party = await admitted(purse, code, node, _me(), Limits(), wall)
        finally:
            if purse.ticket(code.class_id) is None:
                purse.leave()
        client = Client(await dial([node], party), purse)
        try:
            await client.begin()
            result = await ask(client)
            return result, {} if json else await client.called(result.silent)
        finally:
            await client.end()

    result, names = _run(talk)
    _print(result, key, json, names)
    raise typer.Exit(_status(result.code))


def _run(work: Callable[[], Awaitable[_T]]) -> _T:
    """Run it, and make of what fails one line and a status."""
    from p4lab.live.meeting import NotAdmitted  # noqa: PLC0415 zeroconf and the rest take a third of a second
    from p4lab.live.profile import ProfileError  # noqa: PLC0415 for the same reason
    from p4lab.live.storefile import StoreError  # noqa: PLC0415 for the same reason

    async def whole() -> _T:
        return await work()

    try:
        return asyncio.run(whole())
    except (NotAdmitted, _LostError) as fault:
        _say(str(fault))
        raise typer.Exit(OUTSIDE) from None
    except (ProfileError, StoreError, ValueError) as fault:
        _say(str(fault))
        raise typer.Exit(BAD) from None
    except OSError as fault:
        _say(f"{fault.filename or 'the network'}: {fault.strerror or fault}")
        raise typer.Exit(BAD) from None


def _told_to_stop() -> asyncio.Future[str]:
    """What told us so: SIGTERM, or SIGINT, which is Ctrl+C."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[str] = loop.create_future()

    def told(number: int) -> None:
        if not stop.done():
            stop.set_result(signal.Signals(number).name)

    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, told, number)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda got, _: loop.call_soon_threadsafe(told, got))
    return stop


def _folder(profile: Path | None) -> Path:
    from p4lab.live.profile import default_folder  # noqa: PLC0415 the same reason as in `node`

    return profile or default_folder(sys.platform, os.environ, Path.home())


def _me() -> str:
    """What somebody is called who puts and gets: the name on this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may know no name
        return "Somebody"


def _status(code: str) -> int:
    if code.startswith("OK"):
        return OK
    if code in ("PARTIAL", "TIMEOUT"):
        return UNSURE
    return NOT_FOUND if code == "NOT_FOUND" else REFUSED


def _print(result: "Result", key: str, json: bool, names: Mapping[int, str]) -> None:
    """names: of those who were silent, as far as they are known."""
    if json:
        print(msgspec.json.encode(msgspec.structs.replace(result, key=key)).decode(), flush=True)
        return
    facts = [] if result.version is None else [f"version {result.version}"]
    facts += [f"source {result.source}"] if result.source else []
    facts += [f"{result.latency * 1000:.1f} ms"]
    facts += (
        [f"silent: {', '.join(names.get(seat, f'seat {seat}') for seat in result.silent)}"] if result.silent else []
    )
    for value in result.values:
        print(visible(value))
    if result.code not in SPEAK:
        facts.insert(0, said(result.code))
    print(visible(f"{result.code}: {key}, {', '.join(facts)}"), flush=True)


def visible(value: str) -> str:
    """A value as it may stand on a terminal, which would obey what is no letter; `--json` has it as it is."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in value)


def _say(text: str) -> None:
    print(f"p4lab: {visible(' '.join(text.split()))}", file=sys.stderr)
