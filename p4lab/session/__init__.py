"""A run behind one interface, however it is produced: simulated, live in this program, in a class, or replayed."""
