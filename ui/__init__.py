"""P4 Lab's window: plays a session's trace and shows it. All knowledge of the protocol stays in the engine."""
