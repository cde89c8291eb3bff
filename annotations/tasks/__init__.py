"""What a worker does: fetch pages and lists of them, index texts, carry spans, compute figures.

`manage.py procrastinate worker` runs the jobs. A job is deferred in the transaction of whoever
defers it. It may run twice, as when its worker is killed, and then finds what is done already.
"""

from annotations.tasks.fetching import (
    fetch_page,
    fetch_pages_later,
    list_harvest,
    list_later,
    refetch_article,
    refetch_due,
    refetch_later,
    waiting_articles,
    waiting_pages,
)
from annotations.tasks.making import (
    agree,
    agree_later,
    carry,
    carry_later,
    compute_drift,
    drift_later,
    export_later,
    exports_queued,
    import_annotations,
    import_later,
    make_release,
    prepare_export,
    propose,
    propose_later,
    release_later,
    releases_queued,
    suggest,
    suggest_later,
)
from annotations.tasks.queueing import (
    is_queued,
    workers_alive,
)
from annotations.tasks.upkeep import (
    carry_missing,
    forget_old_exports,
    forget_old_jobs,
    index_texts,
    renew_agreement,
    take_up_stalled,
)

__all__ = [
    "agree",
    "agree_later",
    "carry",
    "carry_later",
    "carry_missing",
    "compute_drift",
    "drift_later",
    "export_later",
    "exports_queued",
    "fetch_page",
    "fetch_pages_later",
    "forget_old_exports",
    "forget_old_jobs",
    "import_annotations",
    "import_later",
    "index_texts",
    "is_queued",
    "list_harvest",
    "list_later",
    "make_release",
    "prepare_export",
    "propose",
    "propose_later",
    "refetch_article",
    "refetch_due",
    "refetch_later",
    "release_later",
    "releases_queued",
    "renew_agreement",
    "suggest",
    "suggest_later",
    "take_up_stalled",
    "waiting_articles",
    "waiting_pages",
    "workers_alive",
]
