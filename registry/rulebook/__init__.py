"""The rulebook: law as dated data, with its source or an honest tag. No rule stands in Python."""

from registry.rulebook.book import TABLES, Rulebook, parse_row
from registry.rulebook.check import Problem, problems
from registry.rulebook.complaint_rows import RefusalGround, Threshold
from registry.rulebook.instrument_rows import InstrumentKind, VerificationMode
from registry.rulebook.law_rows import (
    Choice,
    Colour,
    Conduct,
    Deadline,
    DeclineGround,
    ListingTest,
    ListRegime,
    Measure,
    OfficeLevel,
    PaperNumber,
    PenaltyField,
    PenaltyKind,
    Procedure,
    PublicityPeriod,
    RepairCondition,
    RepairNeed,
    RepairPaper,
    Severity,
    SeverityClass,
    SummaryProcedure,
    Term,
    ViolationType,
    WithdrawalGround,
)
from registry.rulebook.load import load_rulebook
from registry.rulebook.model import Row, Source, Tag
from registry.rulebook.penalties import Allowed, TierFine, allowed
from registry.rulebook.penalty_rows import PenaltyRange, PenaltyTier
from registry.rulebook.pledge_rows import PledgeText
from registry.rulebook.reward_rows import RewardRule
from registry.rulebook.score_rows import (
    GradeBand,
    SamplingRatio,
    SchemeRow,
    ScoreDimension,
    ScorePoint,
    ScoreScheme,
    Step,
)

__all__ = [
    "TABLES",
    "Allowed",
    "Choice",
    "Colour",
    "Conduct",
    "Deadline",
    "DeclineGround",
    "GradeBand",
    "InstrumentKind",
    "ListRegime",
    "ListingTest",
    "Measure",
    "OfficeLevel",
    "PaperNumber",
    "PenaltyField",
    "PenaltyKind",
    "PenaltyRange",
    "PenaltyTier",
    "PledgeText",
    "Problem",
    "Procedure",
    "PublicityPeriod",
    "RefusalGround",
    "RepairCondition",
    "RepairNeed",
    "RepairPaper",
    "RewardRule",
    "Row",
    "Rulebook",
    "SamplingRatio",
    "SchemeRow",
    "ScoreDimension",
    "ScorePoint",
    "ScoreScheme",
    "Severity",
    "SeverityClass",
    "Source",
    "Step",
    "SummaryProcedure",
    "Tag",
    "Term",
    "Threshold",
    "TierFine",
    "VerificationMode",
    "ViolationType",
    "WithdrawalGround",
    "allowed",
    "load_rulebook",
    "parse_row",
    "problems",
]
