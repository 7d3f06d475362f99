"""The application without a window: everything between the contract of a connector and the window or the terminal."""
