"""Mistakes that the tests must notice: each is planted alone in a copy of the sources, and named tests have to fail.

Rules: a mutant is the replacement of a piece of text that stands in its file exactly once (tests/test_mutants.py checks
that it still does); the tests named are the quick ones that should catch it. `make mutants` runs them all, prints who
was caught by what, and fails if one survives.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
COPIED = ("p4lab", "tests", "pyproject.toml")
LIMIT = 240  # s for the tests of one mutant


class Mutant(NamedTuple):
    """name: the mistake in words. file: below p4lab. old, new: what is replaced by what. tests: below tests/."""

    name: str
    file: str
    old: str
    new: str
    tests: str


MUTANTS = (
    Mutant(
        "a put is acknowledged before it is stored for good", "core/stores.py",
        "return [Persist(rows), *effects]", "return [*effects, Persist(rows)]",
        "torture/test_campaign.py",
    ),
    Mutant(
        "others hear of a put before it is answered", "core/putting.py",
        "return [Emit(kept, leads=True), answer, *lower, *self._outbox.post(told)]",
        "return [Emit(kept, leads=True), *lower, *self._outbox.post(told), answer]",
        "core/test_golden.py",
    ),
    Mutant(
        "an update is passed on although it changed nothing", "core/propagation.py",
        "        return met + _no_news(update, src, near, stores, now)\n",
        "        from p4lab.core.merging import Merged\n\n        merged = Merged([], update.stored)\n",
        "core/test_golden.py core/test_propagation.py core/test_forest.py",
    ),
    Mutant(
        "the TTL starts again at each level", "core/answers.py",
        "left = copy.until - now if copy.event.store == CACHED else copy.record.ttl_ms / 1000",
        "left = copy.record.ttl_ms / 1000",
        "core/test_golden.py core/test_forest.py",
    ),
    Mutant(
        "the TTL stands still while a question waits", "core/asking.py",
        "            found.count_down(now)\n", "            pass\n",
        "core/test_asking.py",
    ),
    Mutant(
        "a copy is served at its end", "core/stores.py",
        "            if copy.until <= now:\n                break",
        "            if copy.until < now:\n                break",
        "core/test_stores.py core/test_resolution.py",
    ),
    Mutant(
        "a tombstone is dropped early", "core/stores.py",
        "return now + max(record.lease_ms / 1000, record.ttl_ms / 1000, w_sync)", "return now + 1.0",
        "core/test_removal.py",
    ),
    Mutant(
        "a tombstone goes with the neighbour who told of it", "core/peering.py",
        "            if copy.record.deleted:\n                continue",
        "            if False:\n                continue",
        "core/test_removal.py",
    ),
    Mutant(
        "a pointer is preferred over a newer copy", "core/single.py",
        "if enough and not stores.outdated(request.nid, version, now):", "if enough and not pointers:",
        "core/test_golden.py core/test_resolution.py core/test_forest.py core/test_invariants.py",
    ),
    Mutant(
        "the signature of an announcement is not checked", "core/records.py",
        "or not signer.verify(record.pub, signed, record.sig):",
        "or (value is not None and not signer.verify(record.pub, signed, record.sig)):",
        "core/test_records.py core/test_propagation.py",
    ),
    Mutant(
        "an immutable value need not have its key as hash", "core/records.py",
        'return None if record.value_hash == record.key else "E_BAD_HASH"', "return None",
        "core/test_records.py core/test_admission.py",
    ),
    Mutant(
        "what a peer told is told to other peers: a valley", "core/propagation.py",
        "down_only = learned is Role.PARENT or (learned is Role.PEER and not relay)",
        "down_only = learned is Role.PARENT",
        "core/test_forest.py core/test_golden.py",
    ),
    Mutant(
        "a joiner does not ask again after a miss", "core/asking.py",
        "if waiter.joined and not waiter.retried and not silent:", "if False:",
        "core/test_golden.py core/test_resolution.py core/test_invariants.py",
    ),
    Mutant(
        "no withdraw is sent when the regime falls", "core/propagation.py",
        "if told and (record.regime is not Regime.GET_BROADCAST or fell):",
        "if told and record.regime is not Regime.GET_BROADCAST:",
        "core/test_golden.py",
    ),
    Mutant(
        "a get does not join the question under way", "core/asking.py",
        "if question is not None and (self._options.coalesce or question.op == request.op):", "if False:",
        "core/test_golden.py core/test_resolution.py",
    ),
    Mutant(
        "those who wait for a question are answered twice", "core/single.py",
        "for waiter in question.waiters:", "for waiter in question.waiters * 2:",
        "core/test_golden.py core/test_resolution.py core/test_forest.py",
    ),
    Mutant(
        "the outbox keeps every update of a name", "core/outbox.py",
        "        kept[name] = update\n", "        kept[name[0], str(len(kept)).encode()] = update\n",
        "core/test_outbox.py core/test_peering.py",
    ),
    Mutant(
        "a digest does not see versions", "core/sync.py",
        "head = record.version[1] if record.kind is Kind.AUTHENTICATED else", "head = record.nid or",
        "core/test_sync.py",
    ),
    Mutant(
        "what came out of the outbox counts as not told", "core/provider.py",
        "                self._peering.heard(data.src, message)\n", "                pass\n",
        "core/test_sync.py torture/test_command.py",
    ),
    Mutant(
        "a peer is not answered from the subtree", "core/stores.py",
        "copies = [*self.live(OWN, nid, now), *self.live(SUBTREE, nid, now)]", "copies = [*self.live(OWN, nid, now)]",
        "core/test_golden.py core/test_forest.py",
    ),
    Mutant(
        "a peer is answered from a replica: free transit", "core/stores.py",
        "copies = [*self.live(OWN, nid, now), *self.live(SUBTREE, nid, now)]",
        "copies = [*self.live(OWN, nid, now), *self.live(SUBTREE, nid, now), *self.live(REPLICA, nid, now)]",
        "core/test_forest.py core/test_golden.py torture/test_campaign.py",
    ),
    Mutant(
        "an older version replaces a newer one", "core/merging.py",
        "    if any(copy.record.version > record.version for _, copy in held):\n        return None\n", "",
        "core/test_golden.py core/test_propagation.py",
    ),
    Mutant(
        "a customer may put an older version", "core/admission.py",
        "    if record.version[0] < newest[0]:\n", "    if False:\n",
        "core/test_admission.py",
    ),
    Mutant(
        "an answer about another name is taken", "core/asking.py",
        "if src not in waiting or message.nid != question.nid:", "if src not in waiting:",
        "core/test_asking.py",
    ),
    Mutant(
        "the store acknowledges before it commits", "live/store.py",
        "                ok = self._commit(writes)\n",
        "                self._deliver(deque((each.done, True) for each in writes))\n"
        "                self._commit(writes)\n                continue\n",
        "live/test_store.py",
    ),
    Mutant(
        "what could not be stored is acknowledged", "live/store.py",
        "            self.trouble = str(error)\n            return False\n",
        "            self.trouble = str(error)\n            return True\n",
        "live/test_store.py",
    ),
    Mutant(
        "the disk is not synced", "live/storefile.py",
        '"synchronous = FULL"', '"synchronous = NORMAL"',
        "live/test_store.py",
    ),
    Mutant(
        "damage in the log goes unnoticed", "live/storefile.py",
        "    return sum(number > taken for number in commits)\n", "    return 0 * taken\n",
        "live/test_store.py",
    ),
    Mutant(
        "a changed value is served", "live/rows.py",
        "    return _HEAD.unpack_from(data) == (FORMAT, _checksum(node, store, nid, entry, data[_HEAD.size :]))\n",
        "    return _HEAD.unpack_from(data)[0] == FORMAT\n",
        "live/test_rows.py live/test_store.py",
    ),
    Mutant(
        "a lifetime begins again when the host does", "live/rows.py",
        "min(lasts.until - times.shift, times.now + lasts.left)", "times.now + lasts.left",
        "live/test_rows.py",
    ),
    Mutant(
        "a peer chooses a kind that there is not", "live/wire_records.py",
        "Code = Annotated[int, Meta(ge=1, le=3)]", "Code = Annotated[int, Meta(ge=1, le=4)]",
        "live/test_wire.py",
    ),
    Mutant(
        "a page does not say that more follows", "live/wire.py",
        "    if len(told) < len(records):\n", "    if False:\n",
        "live/test_wire.py",
    ),
    Mutant(
        "catching up comes in batches that fit no frame", "core/peering.py",
        "if batches[-1] and (room < 0 or len(batches[-1]) == BATCH):",
        "if batches[-1] and len(batches[-1]) == BATCH:",
        "live/test_wire.py",
    ),
    Mutant(
        "a member that is no peer is heard", "live/carrier.py",
        "seat not in self.linked or ", "",
        "live/test_peerings.py",
    ),
    Mutant(
        "a peer speaks as a customer", "live/carrier.py",
        " or message.code >= ACCESS:", ":",
        "live/test_carrier.py",
    ),
    Mutant(
        "what waits for the disk is overtaken", "live/host.py",
        "        elif hosted.queue:\n", "        elif False:\n",
        "live/test_host.py",
    ),
    Mutant(
        "a full disk acknowledges", "live/provider_node.py",
        "self._shelf.write(me, rows, done), refused)", "self._shelf.write(me, rows, done))",
        "live/test_desk.py",
    ),
    Mutant(
        "a customer names its own account", "live/desk.py",
        "            request.account = customer.account\n", "            pass\n",
        "live/test_desk.py",
    ),
    Mutant(
        "silence is looked at with the next heartbeat", "live/channel.py",
        "min(self._pace, silent)", "self._pace", "live/test_channel.py",
    ),
    Mutant(
        "a refused member is let in", "live/switchboard.py",
        "        return self.allowed(ticket)\n", "        return None\n",
        "live/test_switchboard.py",
    ),
    Mutant(
        "a peering is agreed on by one side", "live/peerings.py",
        "        if seat not in self._asked and seat not in self.agreed:\n", "        if False:\n",
        "live/test_peerings.py",
    ),
    Mutant(
        "a new channel brings a new share of questions", "live/desk.py",
        "questions = self._questions.of(channel.peer_key)", "questions = self._questions._make()",
        "live/test_threats.py",
    ),
    Mutant(
        "large replies cost whoever asked nothing", "live/desk.py",
        "customer.questions.take(size, things=0.0)", "customer.questions.take(0, things=0.0)",
        "live/test_threats.py",
    ),
    Mutant(
        "a neighbour uses up a customer's share", "live/desk.py",
        "if customer is not None and seat not in replied:", "if customer is not None:",
        "live/test_threats.py",
    ),
    Mutant(
        "who begins to watch without end is told all each time", "live/telling.py",
        "            wait = self._begun.of(seat).take()\n", "            wait = 0.0\n",
        "live/test_observer.py",
    ),
    Mutant(
        "a public address within a private one is dialled", "live/addresses.py",
        "address.version == 6 and address.teredo is not None", "False",
        "live/test_addresses.py",
    ),
)  # fmt: skip


def plant(mutant: Mutant, tree: Path) -> None:
    """Write the mistake into a copy of the sources."""
    file = tree / "p4lab" / mutant.file
    text = file.read_text("utf-8")
    assert text.count(mutant.old) == 1, (
        f"{mutant.name}: its text stands {text.count(mutant.old)} times in {mutant.file}"
    )
    file.write_text(text.replace(mutant.old, mutant.new), "utf-8")


def caught(mutant: Mutant, tree: Path) -> str:
    """The test that notices it; empty where none does."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-rf"]
    tests = [f"tests/{name}" for name in mutant.tests.split()]
    environment = {**os.environ, "PYTHONPATH": str(tree), "CI": "1", "QT_QPA_PLATFORM": "offscreen"}
    try:
        done = subprocess.run(
            [*command, *tests], cwd=tree, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return "(they no longer end)"
    if done.returncode not in (0, 1):
        raise SystemExit(f"{mutant.name}: the tests do not run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    failed = [
        line.split(maxsplit=1)[1].split(" - ")[0] for line in done.stdout.splitlines() if line.startswith("FAILED")
    ]
    return "" if done.returncode == 0 else failed[0].removeprefix("tests/")


def main() -> int:
    """Plant them one by one; 1 where one survives."""
    survived = 0
    print(f"{'mistake':<58} {'s':>4}  caught by")
    with tempfile.TemporaryDirectory() as folder:
        for number, mutant in enumerate(MUTANTS):
            tree = Path(folder) / str(number)
            tree.mkdir()
            for name in COPIED:
                source = ROOT / name
                if source.is_dir():
                    shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__", "ui"))
                else:
                    shutil.copy(source, tree)
            plant(mutant, tree)
            begun = perf_counter()
            test = caught(mutant, tree)
            survived += not test
            print(f"{mutant.name:<58} {perf_counter() - begun:>4.0f}  {test or 'NOBODY: it survives'}", flush=True)
            shutil.rmtree(tree)
    print(f"{len(MUTANTS) - survived} of {len(MUTANTS)} caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
