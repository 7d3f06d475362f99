"""Settings out of a pasted text: a URL, a connection string, JSON, or an `.env` or `.ini` block.

    recognised = recognise(text, state)          # changes nothing
    recognised.findings, recognised.leftovers    # to be shown; a repr never holds a pasted value
    apply(state, recognised.findings)            # one undo step

`reading` takes the text apart, `names` knows what things are called, `matching` finds the fields they belong to.
"""

from app.forms.paste.applying import apply, has
from app.forms.paste.finding import Finding, Leftover, Recognition
from app.forms.paste.recognising import recognise

__all__ = ["Finding", "Leftover", "Recognition", "apply", "has", "recognise"]
