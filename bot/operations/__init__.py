"""What was allowed and written down: its record, its way through the engine, its outcome."""
