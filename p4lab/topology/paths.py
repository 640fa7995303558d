"""Shortest paths over the links of a map."""

import heapq
import math


def neighbours(count: int, links: dict[tuple[int, int], float]) -> list[list[tuple[int, float]]]:
    """Each node's neighbours with the length of the link."""
    near: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for (a, b), length in links.items():
        near[a].append((b, length))
        near[b].append((a, length))
    return near


def distances(near: list[list[tuple[int, float]]], start: int) -> list[float]:
    """The length of the shortest path from `start` to each node; infinite where there is none (Dijkstra)."""
    best = [math.inf] * len(near)
    best[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        length, node = heapq.heappop(heap)
        if length > best[node]:
            continue
        for other, step in near[node]:
            if length + step < best[other]:
                best[other] = length + step
                heapq.heappush(heap, (best[other], other))
    return best
