"""Point links that lead out of this folder to the copies that ``make_pages.py`` writes."""

import re

_NOTEBOOK = re.compile(r"\]\(\.\./notebooks/([a-z0-9_]+)\.py\)")


def on_page_markdown(markdown: str, **_: object) -> str:
    """Return a page with such links; called by mkdocs for each."""
    linked = _NOTEBOOK.sub(r"](generated/\1.md)", markdown)
    return linked.replace("](../CONTRIBUTING.md)", "](generated/contributing.md)").replace(
        "](schemas/)", "](schemas/claim.schema.json)"
    )
