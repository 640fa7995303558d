"""The SimPy peer does the work it is timed for."""

from random import Random

import pytest

from bench.simpy_peer import GETS_PER_SECOND, KEYS_PER_PROVIDER, run


def gets_for_others(providers: int, gets: int, seed: int) -> int:
    """How many gets ask for a key that another provider holds, drawn as the workload says."""
    keys = [number for number in range(providers) for _ in range(KEYS_PER_PROVIDER)]
    total = 0
    for number in range(providers):
        rng = Random(f"{seed}:customers:{number}")
        for _ in range(gets // providers + (number < gets % providers)):
            rng.expovariate(GETS_PER_SECOND / providers)
            total += rng.choice(keys) != number
    return total


@pytest.mark.parametrize("providers", [2, 5, 10])
def test_each_get_for_another_providers_key_asks_all_peers_and_hears_from_all(providers: int) -> None:
    assert run(providers, 203, seed=4) == gets_for_others(providers, 203, seed=4) * 2 * (providers - 1)
