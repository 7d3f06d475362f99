"""Forms generated from JSON Schema, as widgets. `FormView` is what pages use; `FormServices` is what they give it."""

from app.forms import FieldError
from widgets.form.services import FormServices
from widgets.form.view import FormView

__all__ = ["FieldError", "FormServices", "FormView"]
