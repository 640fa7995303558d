"""Recordings: a run's events in one SQLite file, which any tool opens (contracts section 4).

Rules: what is written reads back to the same digest; whatever the bytes of a file are, reading it gives a recording or
a RecordingError of one helpful line.
"""

from p4lab.recording.opened import Recording
from p4lab.recording.read import Reader, load
from p4lab.recording.shape import FORMAT, RecordingError
from p4lab.recording.write import Recorder, may_replace

__all__ = ["FORMAT", "Reader", "Recorder", "Recording", "RecordingError", "load", "may_replace"]
