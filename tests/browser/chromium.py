"""Find a Chromium, or install one: `python -m tests.browser.chromium`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

# Debian's headless shell has the same engine and no windows: the journeys take a third less time.
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of the system's Chromium; None if there is none that starts.

    Ubuntu's package is only a signpost to a snap, which has a name and a path but no browser.
    """
    for name in NAMES:
        path = shutil.which(name)
        if (
            path
            and subprocess.run([path, "--version"], check=False, capture_output=True).returncode
            == 0
        ):
            return path
    return None


def downloaded() -> bool:
    """Tell whether Playwright has its own Chromium."""
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def install() -> None:
    """Install Chromium from Debian as root with apt, and elsewhere Playwright's own."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        apt = ["apt-get", "-o", "Acquire::Retries=3", "--yes", "--quiet=2"]
        subprocess.run([*apt, "update"], check=False, env=environment)
        for package in (SHELL, "chromium"):
            subprocess.run([*apt, "install", package], check=False, env=environment)
            if find():
                return
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        sys.exit("Found no Chromium and could not download one; install chromium by hand.")
    sys.stderr.write(
        "If this Chromium does not start, it lacks libraries; as root:"
        " .venv/bin/python -m playwright install-deps chromium\n"
    )


if __name__ == "__main__":
    if not find() and not downloaded():
        install()
