"""What the answers to a question bring, in the corners that no scenario looks into."""

from __future__ import annotations

from p4lab.core.messages import MISS, NEGATIVE, GetReply
from tests.core.mesh import UNAUTH, Mesh


def test_the_ttl_runs_while_the_question_waits_for_others() -> None:
    mesh = Mesh()
    mesh.put("B", "wall", "v", kind=UNAUTH, ttl=5.0)
    op = mesh.get("A", "wall", kind=UNAUTH)
    mesh.drop("A>C")
    mesh.deliver()
    mesh.wait(2.0)
    assert mesh.answer(op) == "A get OK remote v silent C"
    assert mesh.stores("A") == {"C": [("v", 5.0)]}


def test_an_answer_about_another_name_is_not_taken() -> None:
    mesh = Mesh()
    mesh.put("B", "k", "v")
    op = mesh.get("A", "k", owner="B")
    qid = mesh.flights[0].message.qid
    for peer in "BC":
        mesh.send(f"{peer}>A", GetReply(op, b"another".ljust(32), NEGATIVE, qid, MISS))
    assert op not in mesh.answers
    mesh.deliver()
    assert mesh.answer(op) == "A get OK remote v"
