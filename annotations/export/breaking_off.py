"""Remember for a reader that their download broke off, until a page has told them."""

from django.contrib.sessions.backends.base import SessionBase

from annotations.models import Study

KEPT = "broken_off"


def note_break(session: SessionBase, study: Study, said: str) -> None:
    """Keep in the reader's session why a download broke off; nothing, if they have logged out.

    The session is read anew: the download began a while ago, and others changed it since.
    """
    key = session.session_key
    now = type(session)(key)
    if key and now.exists(key):
        now[KEPT] = now.get(KEPT, {}) | {study.key: said}
        now.save()


def told_break(session: SessionBase, study: Study) -> str:
    """Return why the reader's last download from the study broke off, once, or ""."""
    noted = session.get(KEPT, {})
    if study.key not in noted:
        return ""
    session[KEPT] = {key: said for key, said in noted.items() if key != study.key}
    return noted[study.key]
