"""Settings, read from the environment.

Every variable that Parallax reads is listed in docs/settings.md; a test keeps
the two in step. Nonsense is refused at start, not at the first request.
"""

import contextlib
import os
import re
import secrets
import tempfile
from pathlib import Path

from csp.constants import NONCE
from django.core.exceptions import ImproperlyConfigured

from config.database import database_from_environment

BASE_DIR = Path(__file__).resolve().parent.parent

DATA_DIR = Path(os.environ.get("PARALLAX_DATA") or BASE_DIR / "var").expanduser().absolute()


def _flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise ValueError(f"{name} is {value!r}; use 1 or 0")
    return default


def _seconds(name: str, default: float) -> float:
    value = os.environ.get(name, "").strip() or str(default)
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", value):
        raise ValueError(f"{name} is {value!r}; use a number of seconds")
    return float(value)


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip() or str(default)
    if not re.fullmatch(r"[1-9]\d{0,6}", value):
        raise ValueError(f"{name} is {value!r}; use a number from 1")
    return int(value)


def _list(name: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


def _hosts(name: str) -> list[str]:
    hosts = _list(name)
    if wrong := [host for host in hosts if "/" in host]:
        raise ValueError(f"{name} has {wrong[0]!r}; use names such as parallax.example.org")
    return hosts


def _origins(name: str) -> list[str]:
    origins = _list(name)
    if wrong := [origin for origin in origins if not origin.startswith(("http://", "https://"))]:
        raise ValueError(f"{name} has {wrong[0]!r}; begin it with https://")
    return origins


def _secret_key() -> str:
    """Return SECRET_KEY, or one made once and kept in the data folder."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = DATA_DIR / "secret-key"
    try:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Linked when complete, so that of two first starts both use the one that won.
            with tempfile.NamedTemporaryFile("w", dir=DATA_DIR) as draft:
                draft.write(secrets.token_urlsafe(50))
                draft.flush()
                with contextlib.suppress(FileExistsError):
                    os.link(draft.name, path)
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot keep data in {DATA_DIR}: {error.strerror}. Choose another folder with"
            " PARALLAX_DATA."
        ) from error


DEBUG = _flag("DEBUG", False)
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = _hosts("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = _origins("CSRF_TRUSTED_ORIGINS")
# Behind a reverse proxy that ends TLS: secure cookies, HSTS, redirect to https.
HTTPS = _flag("HTTPS", False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "sources",
    "annotations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.login.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.mastheads.MaskMastheads",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["annotations.templatetags.veil"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database_from_environment(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "config.login.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Compare sentences by meaning, where the optional model is installed.
MEANING = _flag("MEANING", True)

# Between two requests of refetches to one site; a longer Crawl-delay in its robots.txt is kept.
REFETCH_PAUSE = _seconds("REFETCH_PAUSE", 5)

# Requests that a token may make within a minute.
API_PER_MINUTE = _number("API_PER_MINUTE", 600)
# Days for which a file that a worker made for a person is kept.
EXPORT_DAYS = _number("EXPORT_DAYS", 7)

PROCRASTINATE_WORKER_DEFAULTS = {
    # Jobs wait for sites most of their time; those of one site wait for each other anyway.
    "concurrency": 4,
    # What went well leaves nothing behind; what failed stays for the administrator to see.
    "delete_jobs": "successful",
    # To be told to stop and be killed 20 seconds later is the same for a job: it is taken up again.
    "shutdown_graceful_timeout": 20,
}

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

MAX_UPLOAD_BYTES = 16 * 1024 * 1024  # one uploaded file
MAX_REQUEST_BYTES = 5 * MAX_UPLOAD_BYTES  # all files of one upload, with their form
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES  # one pasted text
FILE_UPLOAD_HANDLERS = [
    "config.errors.RefuseTooLarge",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # the import preview has a field per line

# Django's own logging is silent without DEBUG; what goes wrong belongs in the server's log.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING"}},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
