"""One module per destination type, found by discovery like the sources."""
