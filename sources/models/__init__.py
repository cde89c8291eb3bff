"""What was published, and how it comes in. Nothing here knows of annotations."""

from sources.models.article import MEDIA_TYPES, Article, Original, Outlet, Revision, Story, Way
from sources.models.draft import CleanedLine, Draft, Verdict
from sources.models.harvest import Harvest, HarvestedPage
from sources.models.passage import IndexedPassage, TextToIndex
from sources.models.watch import Refetch, Site, Watch

__all__ = [
    "MEDIA_TYPES",
    "Article",
    "CleanedLine",
    "Draft",
    "Harvest",
    "HarvestedPage",
    "IndexedPassage",
    "Original",
    "Outlet",
    "Refetch",
    "Revision",
    "Site",
    "Story",
    "TextToIndex",
    "Verdict",
    "Watch",
    "Way",
]
