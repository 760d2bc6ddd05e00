"""Chaos: real processes, a real Redis and the stand-ins, with a fault somewhere every second; then what came of it."""
