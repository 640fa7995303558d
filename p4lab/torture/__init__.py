"""Torture: a run with its invariants (protocol section 7) checked, and fault campaigns made of such runs."""
