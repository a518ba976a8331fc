"""What MkDocs has to be told of a page's raw HTML."""

from typing import Any


def announce(name: str, md: Any) -> None:
    """Tell MkDocs, which checks links, of an anchor that it cannot see in raw HTML."""
    if "mkdocs_extract_anchors" in md.treeprocessors:
        md.treeprocessors["mkdocs_extract_anchors"].present_anchor_ids.add(name)
