"""The look that all pages share, and the rules that a browser has to keep on them.

A page may load nothing, run nothing and style nothing beyond the one style element that its
policy names by hash, whatever stands in the texts that it shows.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

CSS: Final = resources.files("zachetka.pages").joinpath("theme.css").read_text("utf-8")


@cache
def environment(own_css: str = "") -> Environment:
    """Give the environment that renders pages: everything escaped, nothing undefined.

    Templates extend `page.html.j2`, which puts the globals `css` and `csp` into the page's head.
    Made once for each style, since templates are compiled in it.

    Args:
        own_css: what one kind of page needs beyond the theme. Never anything from a submission.
    """
    css = CSS + own_css
    made = Environment(
        loader=PackageLoader("zachetka.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # Ours, from this package's files: inside a style element nothing is unescaped again.
    made.globals["css"] = Markup(css)  # noqa: S704
    made.globals["csp"] = policy(css)
    return made


def policy(css: str) -> str:
    """Give the content security policy of a page whose only style is `css`."""
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
