"""--set: any field by the path that the file gives it."""

import msgspec
import pytest

from p4lab.core.options import Quorum
from p4lab.scenario.errors import ScenarioError
from p4lab.scenario.settings import apply
from tests.scenario.test_read import RECORDS


@pytest.mark.parametrize(
    ("path", "value", "table", "number", "fields"),
    [
        ("options.query_timeout", "1", "options", None, {"query_timeout": 1.0}),
        ("options.authenticated_gets.quorum", "1", "options", None, {"authenticated_gets": Quorum(1)}),
        ("view.key", '"x"', "view", None, {"key": "x"}),
        ("link.jitter", "1e-3", "link", None, {"jitter": 0.001}),
        ("provider.Aster.customers", "9", "provider", 0, {"customers": 9}),
        ("provider.New York.customers", "9", "provider", 1, {"customers": 9}),
        ('provider."New York".lookup_delay', "0", "provider", 1, {"lookup_delay": 0.0}),
        ("provider.2.geo", "[1, 2]", "provider", 1, {"geo": (1.0, 2.0)}),
        ("peering.2.latency", "0.1", "peering", 1, {"latency": 0.1}),
        ("workload.news.ttl", "5", "workload", 0, {"ttl": 5.0}),
        ("expect.1.between", "[0, 1]", "expect", 0, {"between": (0.0, 1.0)}),
    ],
)
def test_a_field_is_set(path: str, value: str, table: str, number: int | None, fields: dict[str, object]) -> None:
    old = getattr(RECORDS, table)
    if number is None:
        new = msgspec.structs.replace(old, **fields)
    else:
        row = msgspec.structs.replace(old[number], **fields)
        new = (*old[:number], row, *old[number + 1 :])
    assert apply(RECORDS, path, value) == msgspec.structs.replace(RECORDS, **{table: new})


def test_a_field_at_the_top_and_one_of_a_command_is_set() -> None:
    assert apply(RECORDS, "seed", "9") == msgspec.structs.replace(RECORDS, seed=9)
    put = apply(RECORDS, "do.1.put.as", '"Ann"').do[0].command
    assert put == msgspec.structs.replace(RECORDS.do[0].command, identity="Ann")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("", "1", "the path is empty; write PATH=VALUE, such as link.latency=0.1"),
        ("optoins.parallel", "true", 'there is no table or field "optoins"; did you mean "options"?'),
        ("options.parrallel", "true", 'options has no field "parrallel"; did you mean "parallel"?'),
        ("workload.nwes.ttl", "5", 'there is no workload "nwes"; did you mean "news"?'),
        ("workload.news.tl", "5", 'workload has no field "tl"; did you mean "ttl"?'),
        ("workload.news", "5", "the path ends too early; write workload.NAME.FIELD=VALUE"),
        ("seed.x", "5", "seed is one value; write seed=VALUE"),
        ("peering.3.latency", "1", 'there is no peering "3"; they are numbered 1 to 2'),
        (
            "view.key",
            "news/1",
            (
                'the value "news/1" is not TOML; '
                "a text needs quotes that the shell leaves in place: --set 'view.key=\"news/1\"'"
            ),
        ),
        ("seed", "1\nduration = 5", 'the value "1 duration = 5" is not TOML; write a number, true, "text" or a list'),
        ("link.loss", "2", "2.0 is out of range; it may be at least 0 and less than 1"),
        ("duration", "5.5", "do.2.at: 6.0 is not a time of this run; between 0 and the duration, 5.5"),
        ("do.1.put.by", '"Nobody"', 'there is no provider "Nobody"; known here: Aster, New York'),
    ],
)
def test_what_cannot_be_set_is_said(path: str, value: str, says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        apply(RECORDS, path, value)
    place = f"--set {path}={value}".replace("\n", " ")
    assert str(caught.value) in (f"{place}: {says}", f"{place}, {says}")
