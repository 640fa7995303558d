"""Local data: what a provider tells its peers and its parent, who get no more than that (P10, sections 5.3 and 5.7).

Rules: own data and that of the subtree, along pointers into it. For the parent children are asked if they keep puts to
themselves (`child_up = none`).
"""

from p4lab.core.answers import answer, local_data, paged
from p4lab.core.asking import Asking
from p4lab.core.contract import Effect
from p4lab.core.messages import GetQuery
from p4lab.core.names import Kind
from p4lab.core.neighbours import Neighbours, Role
from p4lab.core.options import ChildUp, Mesh, Options
from p4lab.core.question import Question, Waiter, came_by
from p4lab.core.stores import POINTER, Stores


class Below:
    """Gets of peers and of the parent."""

    def __init__(self, near: Neighbours, stores: Stores, options: Options, lookup_delay: float, asking: Asking) -> None:
        self._near = near
        self._stores = stores
        self._relay = options.mesh is Mesh.RELAY  # then pointers lead from peer to peer
        self._asks_down = options.child_up is ChildUp.NONE
        self._most = options.maxvals
        self.delay = lookup_delay
        self._asking = asking

    def get(self, waiter: Waiter, now: float) -> list[Effect]:
        """Answer from here, or ask children."""
        nid, near = waiter.request.nid, self._near
        held = local_data(self._stores.local(nid, now), [], now)
        known = {item.record.entry: item.record.version for item in held}
        path = came_by(waiter.query)
        pointers = [
            copy
            for copy in self._stores.live(POINTER, nid, now)
            if (
                (self._relay and copy.via not in path)
                or near.roles.get(copy.via) is Role.CHILD
                or (copy.accounts and copy.via != waiter.asker)
            )
            and (copy.record.entry not in known or copy.record.version > known[copy.record.entry])
        ]
        whole = held and waiter.request.kind is not Kind.UNAUTHENTICATED
        asked_down = self._asks_down and waiter.asker == near.parent and near.children and not whole
        if pointers or asked_down:
            return self._asking.join_or_ask(waiter, pointers, now)
        if self._relay and not held and isinstance(query := waiter.query, GetQuery) and waiter.asker in near.peers:
            return self._pass_on(waiter, query, now)
        served = max((item.copy for item in held), default=0)
        silent = () if whole else self._asking.absent_below
        code = "OK" if held else "NOT_FOUND"
        return [paged(waiter, code, "", held, served, self._most, silent, after=self.delay)]

    def _pass_on(self, waiter: Waiter, query: GetQuery, now: float) -> list[Effect]:
        """Relay mode: peers that the question has not come by are asked, as far as its hops reach (section 5.11)."""
        targets = tuple([node for node in self._near.peers if node != waiter.asker and node not in query.path])
        if query.hops > 1 and targets:
            return self._asking.relay(waiter, query, targets, now)
        return [answer(waiter, "NOT_FOUND", silent=self._asking.absent_below, after=self.delay)]

    def finish(self, question: Question, now: float) -> list[Effect]:
        """What children had, and what is here by now."""
        held = local_data(self._stores.local(question.request.nid, now), question.found, now)
        served = max((item.copy for item in held), default=0)
        silent = question.silent(now)
        effects: list[Effect] = []
        for waiter in question.below:
            if waiter.joined and not waiter.retried and not held and not silent:
                waiter.retried, waiter.joined = True, False
                effects += self.get(waiter, now)
            else:
                code = "OK" if held else "NOT_FOUND"
                effects.append(paged(waiter, code, "", held, served, self._most, silent))
        return effects
