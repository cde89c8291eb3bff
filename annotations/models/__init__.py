"""What reviewers say about what was published."""

from annotations.models.annotation import Annotation, Change, Polarity, Span, Status, Voice
from annotations.models.carry import Carry, CarryDecision, CarryRuling
from annotations.models.codebook import Code, Codebook
from annotations.models.concept import Concept, ConceptExclusion, ConceptName
from annotations.models.decision import Decision, Ruling
from annotations.models.fact import Fact, Report, ReportSpan, ReportStatus, Stance
from annotations.models.proposal import Proposal, ProposedSpan
from annotations.models.speaker import Speaker, SpeakerSpelling
from annotations.models.study import Membership, Role, Study
from annotations.models.suggestion import SentenceVectors, Suggestion, SuggestionRun

__all__ = [
    "Annotation",
    "Carry",
    "CarryDecision",
    "CarryRuling",
    "Change",
    "Code",
    "Codebook",
    "Concept",
    "ConceptExclusion",
    "ConceptName",
    "Decision",
    "Fact",
    "Membership",
    "Polarity",
    "Proposal",
    "ProposedSpan",
    "Report",
    "ReportSpan",
    "ReportStatus",
    "Role",
    "Ruling",
    "SentenceVectors",
    "Span",
    "Speaker",
    "SpeakerSpelling",
    "Stance",
    "Status",
    "Study",
    "Suggestion",
    "SuggestionRun",
    "Voice",
]
