"""`proof site`: the site as a folder, for a server, a sub-path or the file system."""

import argparse
from pathlib import Path

from guide.building import NotInstalled, with_mkdocs, with_zensical
from guide.differences import differences
from proof.commands import HOLDS, REFUTED
from proof.project import ROOT

SEEN = """\
Seen with Zensical 0.0.73, and not mended: terms are not linked to the glossary, and
links that a fence has written lead elsewhere. Anything else is new."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "folder", type=Path, nargs="?", default=ROOT / "site", help="default: site"
    )
    parser.add_argument(
        "--next",
        action="store_true",
        help="build it with Zensical too, beside the first, and say what differs",
    )


def main(options: argparse.Namespace) -> int:
    """Build the site, and with --next a second one, and compare the two."""
    folder = options.folder.resolve()
    with_mkdocs(folder)
    print(f"built: {folder}, open index.html in it")
    if not options.next:
        return HOLDS
    beside = folder.with_name(f"{folder.name}-next")
    try:
        with_zensical(beside)
    except NotInstalled as error:
        print(f"not built: Zensical does not install here\n    {error}")
        return HOLDS
    print(f"built: {beside}, with Zensical")
    found = [*differences(folder, beside)]
    print("\n".join(found) or "Both have the same pages, text, links and anchors.")
    if found:
        print(SEEN)
    return REFUTED if found else HOLDS
