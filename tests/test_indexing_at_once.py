"""Two at once index each text once, and of each article the newest."""

import pytest

from sources.indexing import index_texts, texts_waiting
from sources.models import IndexedPassage
from sources.passages import passages
from tests.conftest import CORRECTED, make_revision, revise
from tests.test_carries_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_at_once_index_each_newest_text_once(story, monkeypatch):
    monkeypatch.setattr("sources.indexing.BATCH", 3)
    older = [make_revision(story, outlet=f"Outlet {number}") for number in range(30)]
    newest = [revise(revision, CORRECTED) for revision in older[:15]] + older[15:]
    at_once(index_texts, index_texts, index_texts)
    index_texts()  # what one had passed over while another held it
    wanted = {(one.pk, part.start) for one in newest for part in passages(one.text)}
    assert set(IndexedPassage.objects.values_list("revision_id", "start")) == wanted
    assert (IndexedPassage.objects.count(), texts_waiting()) == (len(wanted), 0)
