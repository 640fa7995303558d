"""Simulated time: what is due on the stage happens at once, at the time at which it is due."""
