"""Settings for the tests: the real ones, less what only slows them or needs a collectstatic."""

import os

# The tests bring their own world: what a developer has exported must not reach them.
for _name in ("ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DEBUG", "HTTPS"):
    os.environ.pop(_name, None)

from config.settings import *  # noqa: E402, F403 - everything, by design
from config.settings import DATA_DIR, DATABASES, STORAGES  # noqa: E402 - after the clean-up

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Names without hashes need no collectstatic; tests/test_demo.py fetches the hashed ones.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}

# A cluster of their own, so that tests and a running demo leave each other alone. It holds
# nothing worth keeping, so it need not wait for the disk.
if "EMBEDDED_DIR" in DATABASES["default"]:
    DATABASES["default"]["EMBEDDED_DIR"] = DATA_DIR / "postgres-tests"
    DATABASES["default"]["EMBEDDED_OPTIONS"] = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
