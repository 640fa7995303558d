"""A run, however it is produced: simulated or replayed (live comes later), behind one interface."""
