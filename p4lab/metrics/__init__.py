"""The numbers: counters, latency and staleness of a run up to any time, whole and by group (contracts section 3).

Rules: a fold over events; the window's plots and the command line's tables come from it, so they cannot disagree.
"""

from p4lab.metrics.columns import KIND_WORDS, KLASSES
from p4lab.metrics.fold import Metrics
from p4lab.metrics.tables import save_tables

__all__ = ["KIND_WORDS", "KLASSES", "Metrics", "save_tables"]
