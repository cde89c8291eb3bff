"""What reviewers say about what was published."""

from annotations.models.adjudication import (
    Adjudication,
    Card,
    CardReply,
    CardRuling,
    CardTag,
    GoldTag,
)
from annotations.models.agreement import AgreementFigure, AgreementRun
from annotations.models.annotation import Annotation, Change, Polarity, Span, Status, Voice
from annotations.models.assignment import (
    Assignment,
    OutletAlias,
    TrainingAttempt,
    TrainingStory,
)
from annotations.models.carry import Carry, CarryDecision, CarryRuling
from annotations.models.codebook import Code, Codebook, CodebookRevision, CodeState
from annotations.models.concept import Concept, ConceptExclusion, ConceptName
from annotations.models.decision import Decision, Ruling
from annotations.models.drift import DriftRun
from annotations.models.fact import Fact, Report, ReportSpan, ReportStatus, Stance
from annotations.models.intake import Intake
from annotations.models.prepared_export import PreparedChunk, PreparedExport
from annotations.models.proposal import Proposal, ProposedSpan
from annotations.models.release import Release, ReleaseChunk
from annotations.models.speaker import Speaker, SpeakerSpelling
from annotations.models.study import BlindUntil, Membership, Role, Study
from annotations.models.suggestion import SentenceVectors, Suggestion, SuggestionRun
from annotations.models.token import ApiToken

__all__ = [
    "Adjudication",
    "AgreementFigure",
    "AgreementRun",
    "Annotation",
    "ApiToken",
    "Assignment",
    "BlindUntil",
    "Card",
    "CardReply",
    "CardRuling",
    "CardTag",
    "Carry",
    "CarryDecision",
    "CarryRuling",
    "Change",
    "Code",
    "CodeState",
    "Codebook",
    "CodebookRevision",
    "Concept",
    "ConceptExclusion",
    "ConceptName",
    "Decision",
    "DriftRun",
    "Fact",
    "GoldTag",
    "Intake",
    "Membership",
    "OutletAlias",
    "Polarity",
    "PreparedChunk",
    "PreparedExport",
    "Proposal",
    "ProposedSpan",
    "Release",
    "ReleaseChunk",
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
    "TrainingAttempt",
    "TrainingStory",
    "Voice",
]
