"""Plots of a run over time: what can be plotted, how it is transformed, and what is written to files."""
