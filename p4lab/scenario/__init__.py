"""Scenario files: what a run consists of, read strictly, written so that nothing is lost."""
