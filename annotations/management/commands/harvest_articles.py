"""Import the articles that a feed, a sitemap or a list of addresses names."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import CommandError
from tqdm import tqdm

from annotations.management.commands.import_articles import Command as ImportArticles
from annotations.models import Study
from sources.courtesy import LONGEST_PAUSE, NotYet
from sources.dates import parse_date
from sources.fetching import FetchProblem
from sources.harvesting import known_addresses, listing_at, page_reading
from sources.listing import Listed, NotAListing, page_address, read_typed
from sources.originals import kept
from sources.reading import UnreadableUpload
from sources.reading_ahead import propose

MOST_IN_FILE = 100_000  # addresses; a machine that asks for one each 5 seconds takes 6 days


class Command(ImportArticles):
    help = (
        "Import the articles that a feed, a sitemap, or a page that names one lists; or those of "
        "a file with an address a line. Pages are fetched one by one as robots.txt allows, and "
        "imported as import_articles imports files. Addresses that the story has are not asked "
        "again, so a run that was broken off can be repeated. Exits with 1 if a page could not be "
        "fetched or imported."
    )

    def add_arguments(self, parser):
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--from", dest="address", metavar="URL", help="feed, sitemap or page")
        source.add_argument("--addresses", type=Path, metavar="FILE", help="an address a line")
        parser.add_argument("--story", required=True, help="title of the story; new if unknown")
        parser.add_argument("--study", metavar="KEY", help="the study that codes the story")
        parser.add_argument("--user", metavar="NAME", help="who imports")
        parser.add_argument("--outlet", default="", help="for articles that name no outlet")
        parser.add_argument(
            "--keep-all", action="store_true", help="drop no lines, whatever cleaning proposes"
        )
        parser.add_argument("--words", default="", help="only pages with these in title or address")
        parser.add_argument("--since", metavar="DAY", help="only pages of this day or later")
        parser.add_argument("--most", type=int, default=100, help="pages at most (100)")
        parser.add_argument("--dry-run", action="store_true", help="list the pages, fetch none")

    def handle(self, *, address, addresses, words, since, most, dry_run, **options):
        # What import_articles keeps of its options while it imports.
        self.study = self._named(Study, "key", options["study"])
        self.user = self._named(get_user_model(), "username", options["user"])
        self.outlet, self.keep_all = options["outlet"], options["keep_all"]
        self.stories = {}
        self.counts = dict.fromkeys(("imported", "revised", "already there", "held", "problems"), 0)
        pages = self._chosen(self._listed(address, addresses), words, since)[: max(most, 0)]
        if dry_run:
            for page in pages:
                self.stdout.write(f"{page.url}  {page.title}".rstrip())
            return
        self._import_pages(pages, options["story"])
        self.stdout.write(", ".join(f"{count} {what}" for what, count in self.counts.items()))
        if self.counts["problems"]:
            raise SystemExit(1)

    def _listed(self, address: str | None, addresses: Path | None) -> list[Listed]:
        """Return what the list names, and say what was left out of it."""
        try:
            if addresses:
                typed = read_typed(addresses.read_text("utf-8-sig"), most=MOST_IN_FILE)
                pages, notes = typed.listed, typed.problems
            else:
                listing = listing_at(page_address(address or ""), patience=LONGEST_PAUSE)
                pages, notes = listing.pages, listing.notes
        except (FetchProblem, NotAListing, NotYet, OSError, UnicodeError) as problem:
            raise CommandError(str(problem)) from None
        for note in notes:
            self.stderr.write(note)
        return pages

    def _chosen(self, pages: list[Listed], words: str, since: str | None) -> list[Listed]:
        """Return the pages that are asked for; with a day, none of which nobody knows the day."""
        moment = parse_date(since) if since else None
        if since and moment is None:
            raise CommandError(f"{since!r} is no day. Write it as 2026-05-10.")
        wanted = words.casefold().split()
        return [
            page
            for page in pages
            if all(word in f"{page.title} {page.url}".casefold() for word in wanted)
            and (moment is None or (page.published_at and page.published_at >= moment))
        ]

    def _import_pages(self, pages: list[Listed], title: str) -> None:
        """Fetch and import the pages whose address the story has not."""
        known = known_addresses(self._story(title), {page.url for page in pages})
        for page in tqdm(pages, unit=" articles", disable=None):
            if page.url in known:
                self._say("already there", page.url)
                continue
            at = page.published_at
            try:
                reading = page_reading(page.url, published_at=at, patience=LONGEST_PAUSE)
            except (FetchProblem, UnreadableUpload, NotYet) as problem:
                self._say("problems", f"{page.url}: {problem}")
                continue
            for one, original in kept([reading], uploaded_by=self.user):
                self._import_reading(page.url, one, original, propose(one), title)
