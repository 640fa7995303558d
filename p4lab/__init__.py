"""P4 Lab's engine: peering providers of a put/get service, simulated, measured and recorded. Knows no window."""

__version__ = "0.1.0"
