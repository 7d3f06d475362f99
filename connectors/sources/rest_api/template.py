"""Content templates: Jinja in its sandbox, because a configuration may come from someone else's export."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from connectors.sources._html import html_to_text

if TYPE_CHECKING:
    from jinja2 import Template


@lru_cache(maxsize=32)
def compile_template(text: str) -> Template:
    """The template; what an item lacks is empty, not an error. Raises jinja2.TemplateSyntaxError."""
    from jinja2 import ChainableUndefined  # here and not above: most connections have no template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=False)
    environment.filters["text"] = lambda value: html_to_text(str(value or ""))
    return environment.from_string(text)


def unknown_names(text: str, known: set[str]) -> list[str]:
    """Names that the template uses and `known` has not: most often a typing error."""
    from jinja2 import Environment, meta

    return sorted(meta.find_undeclared_variables(Environment().parse(text)) - known - {"item"})
