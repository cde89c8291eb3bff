"""What reviewers say about what was published."""

from annotations.models.annotation import Annotation, Change, Polarity, Span, Status, Voice
from annotations.models.carry import Carry, CarryDecision, CarryRuling
from annotations.models.codebook import Code, Codebook
from annotations.models.decision import Decision, Ruling
from annotations.models.fact import Fact, Report, ReportSpan, ReportStatus, Stance
from annotations.models.study import Membership, Role, Study

__all__ = [
    "Annotation",
    "Carry",
    "CarryDecision",
    "CarryRuling",
    "Change",
    "Code",
    "Codebook",
    "Decision",
    "Fact",
    "Membership",
    "Polarity",
    "Report",
    "ReportSpan",
    "ReportStatus",
    "Role",
    "Ruling",
    "Span",
    "Stance",
    "Status",
    "Study",
    "Voice",
]
