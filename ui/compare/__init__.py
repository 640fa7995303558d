"""Two runs under one playhead: what another branch, or another scenario, would show at the same time."""
