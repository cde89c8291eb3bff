"""What a reviewer does on the desk, for the journeys that tag there."""

from django.urls import reverse
from playwright.sync_api import Page, expect

from annotations.models import Annotation
from sources.models import Revision

RECTS = """async ([revision, start, end]) => {
  const { rangeOf, textOf } = await import("desk/offsets");
  const range = rangeOf(textOf(revision), start, end);
  const passage = range.startContainer.parentElement.closest(".passage");
  passage.scrollIntoView({ block: "nearest" });
  const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
  const { left, top, height } = rects[0];
  const last = rects.at(-1);
  return [left + 1, top + height / 2, last.right - 1, last.top + last.height / 2];
}"""

SELECTED = """async () => {
  const { selected } = await import("desk/selection");
  return selected();
}"""


def open_desk(page: Page, study, story, *revisions: Revision, anchor: str = "") -> None:
    """Open the desk with these revisions' articles, in this order, once its scripts run."""
    articles = ",".join(str(revision.article_id) for revision in revisions)
    page.goto(f"{reverse('desk', args=[study.key, story.pk])}?articles={articles}{anchor}")
    page.locator(".column-bar[draggable]").first.wait_for()


def place_of(page: Page, revision: Revision, words: str) -> list[float]:
    """Return x, y of the words' first character and x, y of their last, in the window."""
    start = revision.text.index(words)
    return page.evaluate(RECTS, [str(revision.pk), start, start + len(words)])


def drag_over(page: Page, revision: Revision, words: str, until: str = "") -> None:
    """Select from the beginning of `words` to the end of `until` (or of `words`) by mouse."""
    left, top, *end = place_of(page, revision, words)
    if until:
        end = place_of(page, revision, until)[2:]
        left, top = place_of(page, revision, words)[:2]
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def caret_on(page: Page, revision: Revision, word: str) -> None:
    """Put the keyboard's caret on a word, as if the reader had walked there."""
    start = revision.text.index(word)
    page.locator(f"#text-{revision.pk}").focus()
    page.evaluate(
        "async (span) => (await import('desk/selection')).selectSpan(span)",
        {"revision": str(revision.pk), "start": start, "end": start + len(word)},
    )


def selected_words(page: Page) -> str:
    span = page.evaluate(SELECTED)
    return span["exact"] if span else ""


def expect_tags(page: Page, count: int) -> None:
    """Wait until the side list shows so many tags."""
    expect(page.locator(".entry")).to_have_count(count)


def stored(revision: Revision) -> list[tuple[str, str]]:
    """Return (code key, exact) of what stands on the revision, each checked against its text."""
    tags = Annotation.objects.on(revision).filter(removed_at=None).in_reading_order()
    found = []
    for tag in tags.select_related("code", "span"):
        assert revision.text[tag.span.start : tag.span.end] == tag.span.exact
        found.append((tag.code.key, tag.span.exact))
    return found
