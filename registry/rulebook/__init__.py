"""The rulebook: law as dated data, with its source or an honest tag. No rule stands in Python."""

from registry.rulebook.book import TABLES, Rulebook, parse_row
from registry.rulebook.check import Problem, problems
from registry.rulebook.law_rows import (
    Choice,
    Colour,
    Conduct,
    Deadline,
    ListRegime,
    Measure,
    OfficeLevel,
    PenaltyKind,
    PenaltyRange,
    Procedure,
    PublicityPeriod,
    Severity,
    SeverityClass,
    SummaryProcedure,
    Term,
    ViolationType,
)
from registry.rulebook.load import load_rulebook
from registry.rulebook.model import Row, Source, Tag
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
    "Choice",
    "Colour",
    "Conduct",
    "Deadline",
    "GradeBand",
    "ListRegime",
    "Measure",
    "OfficeLevel",
    "PenaltyKind",
    "PenaltyRange",
    "Problem",
    "Procedure",
    "PublicityPeriod",
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
    "ViolationType",
    "load_rulebook",
    "parse_row",
    "problems",
]
