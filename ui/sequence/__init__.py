"""The sequence chart: a lane for each provider, messages as arrows between the lanes."""
