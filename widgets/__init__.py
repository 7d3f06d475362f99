"""Everything with a window. Knows the app through `app.api` alone; nothing imports this package.

Start-up rule: what `main`, `theme`, `shell` and `parts` import at their top is what the first paint waits for, so they
import Qt and the standard library only; shapes of the engine are imported for type checking or on first use.
"""
