"""Forms from schemas, without a window: schema -> fields -> state -> validation.

    state = FormState(schema, value)        # value None: the schema's defaults
    state.set(state.find("/bucket"), "docs")
    state.value(), state.secrets(), state.errors()

`normalise` turns any JSON Schema into `FieldSpec`s, `FormState` holds what a person makes of them.
"""

from app.forms.migrate import Migrated, migrate
from app.forms.normalise import normalise
from app.forms.problems import FieldError
from app.forms.secrets import SecretSlot
from app.forms.spec import Branch, Choice, FieldSpec, Form, Kind, LiveOptions, OAuth
from app.forms.specification import oauth_branch
from app.forms.state import FormState
from app.forms.values import UNSET, Foreign, Json, Path, Unparsed

__all__ = [
    "UNSET",
    "Branch",
    "Choice",
    "FieldError",
    "FieldSpec",
    "Foreign",
    "Form",
    "FormState",
    "Json",
    "Kind",
    "LiveOptions",
    "Migrated",
    "OAuth",
    "Path",
    "SecretSlot",
    "Unparsed",
    "migrate",
    "normalise",
    "oauth_branch",
]
