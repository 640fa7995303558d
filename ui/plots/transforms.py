"""What can be made of measured values over time: as they are, or a window's mean, quantile, greatest, rate, or sum.

Rules: numpy alone. A window ends at its place, so a curve tells of what has happened by then. The places lie on a grid
that depends on the stretch shown alone, so that a curve does not tremble while it grows.
"""

import numpy as np

RAW, MEAN, P50, P95, P99, MAX, RATE, CUMULATIVE = "raw", "mean", "p50", "p95", "p99", "max", "rate", "cumulative"
STEPS = 160  # places over the stretch shown
ENOUGH = 2_000  # values that tell the quantiles of more
_SHARES = {P50: 0.5, P95: 0.95, P99: 0.99}


def places(low: float, high: float, until: float, steps: int = STEPS) -> np.ndarray:
    """Where a curve is worked out: the grid over [low, high] as far as `until`, and `until` itself."""
    at = low + (high - low) / steps * np.arange(steps + 1)
    at = at[at <= until]
    return np.append(at, until) if low < until < high and (not len(at) or at[-1] < until) else at


def over_time(kind: str, t: np.ndarray, v: np.ndarray, at: np.ndarray, window: float) -> np.ndarray:
    """The values of a curve at these places, of values v at times t (in order); NaN where nothing is near.

    rate: the sum of the values per second of the window; cumulative: their sum since the start.
    """
    lasts = np.searchsorted(t, at, side="right")
    if kind == CUMULATIVE:
        return np.concatenate([[0.0], np.cumsum(v)])[lasts]
    firsts = np.searchsorted(t, at - window, side="right")
    if kind in (RATE, MEAN):
        sums = np.concatenate([[0.0], np.cumsum(v)])
        found: np.ndarray = sums[lasts] - sums[firsts]
        if kind == RATE:
            return found / np.minimum(window, np.maximum(at, 1e-9))  # at the start there was less time than a window
        return found / np.where(lasts > firsts, lasts - firsts, np.nan)
    values = np.full(len(at), np.nan)
    for place, (first, last) in enumerate(zip(firsts.tolist(), lasts.tolist(), strict=True)):
        if first < last:
            near = v[first:last]
            values[place] = near.max() if kind == MAX else _quantile(near, _SHARES[kind])
    return values


def numbers(v: np.ndarray) -> dict[str, float]:
    """Least, mean, greatest and two quantiles of values; NaN without any."""
    if not len(v):
        return dict.fromkeys(("least", "mean", "greatest", P50, P99), float("nan"))
    p50, p99 = np.quantile(v, (0.5, 0.99)).tolist()
    return {"least": float(v.min()), "mean": float(v.mean()), "greatest": float(v.max()), P50: p50, P99: p99}


def _quantile(v: np.ndarray, share: float) -> float:
    """As numpy's, in a fifth of its time."""
    near = np.sort(v[:: max(1, len(v) // ENOUGH)])
    rank = share * (len(near) - 1)
    below = int(rank)
    above = min(below + 1, len(near) - 1)
    return float(near[below] + (near[above] - near[below]) * (rank - below))
