"""Proposed facts for the tests: by hand, and two articles in which the machine finds some."""

from annotations.models import Proposal, ProposedSpan
from tests.conftest import make_revision

SIGNED = "The ministers signed the harbour accord on Monday."
ALSO_SIGNED = "On Monday the two ministers signed an accord on the harbour."
CRITICS = "The opposition calls it a stranglehold."
STATEMENT = "Two ministers signed an accord."
MORNING = (
    "Calm on the water\n\n"
    "The crews of the Lake Orrin ferries ended their strike on Tuesday night.\n\n"
    "The operator will pay eleven per cent more from January.\n\n"
    "Anglers had the pier to themselves."
)
EVENING = (
    "All aboard\n\n"
    "On Tuesday night the ferry crews of Lake Orrin ended the strike.\n\n"
    "From January the operator will pay them eleven per cent more.\n\n"
    "Schools opened late because of snow."
)


def make_proposal(study, story, statement, *places, weight=1.0):
    """Store an open proposal; `places` are (revision, words) pairs."""
    made = Proposal.objects.create(study=study, story=story, statement=statement, weight=weight)
    for revision, exact in places:
        start = revision.text.index(exact)
        end = start + len(exact)
        ProposedSpan.objects.create(proposal=made, revision=revision, start=start, end=end)
    return made


def make_ferries(story):
    """Store two outlets' articles that share two facts."""
    return (
        make_revision(story, outlet="Morning Post", text=MORNING),
        make_revision(story, outlet="Evening Star", text=EVENING),
    )


def spans(proposal, *words):
    """Return the keys of the sentences that hold one of the words; all without any."""
    return [
        span.pk
        for span in proposal.spans.select_related("revision")
        if not words or any(w in span.revision.text[span.start : span.end] for w in words)
    ]


def words_of(proposal):
    """Return the sentences of a proposal as a set."""
    return {
        span.revision.text[span.start : span.end]
        for span in proposal.spans.select_related("revision")
    }
