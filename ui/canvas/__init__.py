"""The map: providers, peerings and messages in flight, drawn as a function of (run, playhead)."""
