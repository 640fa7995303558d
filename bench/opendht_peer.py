"""A node of OpenDHT (PyPI: opendht), as its documentation starts one, and its clients: in the node's own process.

Rules: run by bench.live_dht as processes of their own, on loopback alone, with its limit of requests lifted, since ours
is too. Values live in memory and are not signed (`put`, not `putSigned`). A blocking call waits in a thread of its own.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

from opendht import DhtConfig, DhtRunner, InfoHash, Value

from bench.dht_load import CLIENTS, VALUE, load, tell, until_told

HOST = "127.0.0.1"
SETTLED = 2.0  # s until the nodes know each other


async def main(role: str, port: int, known: list[int]) -> None:
    """role: node, or clients, which are those of a node of their own."""
    config = DhtConfig()
    config.setRateLimit(-1, -1)
    node = DhtRunner()
    node.run(port=port, ipv4=HOST, config=config)
    for each in known:
        node.bootstrap(HOST, str(each))
    if role == "clients":
        await asyncio.sleep(SETTLED)
        loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(max(CLIENTS))

        async def put(key: str) -> bool:
            return bool(await loop.run_in_executor(threads, lambda: node.put(InfoHash.get(key), Value(VALUE))))

        async def get(key: str) -> bool:
            return bool(await loop.run_in_executor(threads, lambda: node.get(InfoHash.get(key))))

        tell(await load(put, {"get": get}))
        threads.shutdown()
    else:
        await asyncio.to_thread(until_told)
    node.join()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
