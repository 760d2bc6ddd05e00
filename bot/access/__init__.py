"""Who may do what: grants, the map that keeps them, and the one decision."""
