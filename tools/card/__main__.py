"""`make card`: draw card.html as docs/assets/card.png, with a Chromium of this machine.

Nothing is downloaded: the letters are those of the machine.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from proof.project import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
FROM, TO = Path(__file__).with_name("card.html"), ROOT / "docs" / "assets" / "card.png"
WIDTH, HEIGHT = 1200, 630


def main() -> int:
    """Draw the card; 1 if there is no browser."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        print(f"not drawn: none of {', '.join(NAMES)} is installed")
        return 1
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-lcd-text"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(FROM.as_uri())
        page.screenshot(path=TO)
        browser.close()
    print(f"drawn: {TO.relative_to(ROOT)}, {TO.stat().st_size / 1024:.0f} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
