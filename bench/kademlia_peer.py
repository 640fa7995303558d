"""A node of `kademlia` (PyPI) as its documentation starts one, and its clients, in the node's own process.

Rules: run by bench.live_dht as processes of their own, on loopback alone. Nothing is stored on a disk and nothing is
signed; a put is acknowledged when the nodes that were asked to store it have said so.
"""

import asyncio
import sys

from kademlia.network import Server

from bench.dht_load import VALUE, load, tell, until_told

HOST = "127.0.0.1"


async def main(role: str, port: int, known: list[int]) -> None:
    """role: node, or clients, which are those of a node of their own."""
    server = Server()
    await server.listen(port, interface=HOST)
    if known:
        await server.bootstrap([(HOST, each) for each in known])
    if role == "clients":

        async def put(key: str) -> bool:
            return bool(await server.set(key, VALUE))

        async def get(key: str) -> bool:
            return await server.get(key) == VALUE

        tell(await load(put, {"get": get}))
    else:
        await asyncio.to_thread(until_told)
    server.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), [int(port) for port in sys.argv[3:]]))
