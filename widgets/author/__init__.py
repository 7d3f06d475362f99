"""For authors of plugins: `headwater form SCHEMA...` shows the form that a schema makes, or examines it without a
window. Nothing else in the window imports this, so that the app starts without it."""
