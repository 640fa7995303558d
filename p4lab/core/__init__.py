"""The protocol itself: pure, time passed in, nothing drawn, nothing logged. Imports stdlib, msgspec and nacl only."""
