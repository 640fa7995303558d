"""What is different on two maps: only those who hold something else, by their names."""

from ui.canvas.looks import NOTHING, Look
from ui.compare.difference import Apart, apart


def test_only_what_differs_is_named() -> None:
    own, cached = Look("L", "v3", "own", code=1), Look("C", "v2", "cached", badge=("1 behind", "1"), code=1)
    here, names = [own, NOTHING, cached], ["Aster", "Birch", "Cedar"]
    there, others = [cached, own, cached], ["Birch", "Aster", "Cedar"]
    assert apart(here, names, there, others) == [Apart(1, "nothing", "v2 · cached", True)]
    assert apart(here, names, there[:1], others[:1]) == [
        Apart(0, "v3 · own", "not there", False),
        Apart(1, "nothing", "v2 · cached", True),
        Apart(2, "v2 · cached", "not there", False),
    ]
