"""A refusal is read in the reader's words, its codes too, while the answer keeps them for programs."""

import ast
from collections.abc import Iterator
from typing import get_args

import pytest

from registry.accounts.commands import Role
from registry.businesses.commands import RegisterSubject
from registry.businesses.rules import SECTORS
from registry.complaints import queries
from registry.complaints.commands import ACTS
from registry.complaints.rules import Finding, Matter, State
from registry.complaints.rules import Outcome as ComplaintOutcome
from registry.documents.commands import Kind as DocumentKind
from registry.documents.forms import Kind as PaperKind
from registry.errors import RuleRefused
from registry.lists.details import StepDetail
from registry.lists.procedures import PROCEDURES
from registry.lists.rules import ENDINGS
from registry.repair.commands import STEPS
from registry.repair.forms import FileObjection
from registry.repair.objections import REMEDIES
from registry.reports.rules import Act as ReportAct
from registry.reports.rules import State as ReportState
from registry.rewards.rules import Exclusion
from registry.rulebook import (
    Colour,
    Deadline,
    DeclineGround,
    ListingTest,
    ListRegime,
    Measure,
    OfficeLevel,
    PenaltyKind,
    RefusalGround,
    RepairNeed,
    RepairPaper,
    RewardRule,
    SeverityClass,
    Tag,
    WithdrawalGround,
)
from registry.rulebook.reward_rows import Proof
from registry.texts import FAMILIES, say, terms
from registry.violations.forms import ChangeDecisionStanding
from tests import given
from tests.architecture.sources import product_sources

OF_PROCEDURES = [step for steps in PROCEDURES.values() for step in steps]


def set_states() -> set[str]:
    """Return every state that the code of lists and repairs writes out."""
    found: set[str] = set()
    for source in product_sources():
        if not source.path.startswith(("registry/lists/", "registry/repair/")):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.keyword) and node.arg == "state":
                found |= set(_written(node.value))
            elif isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Tuple):
                if isinstance(node.value, ast.Tuple) and _is_state(target.elts[0]):
                    found |= set(_written(node.value.elts[0]))
            elif isinstance(node, ast.Assign) and _is_state(target):
                found |= set(_written(node.value))
    return found


def _is_state(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "state"


def _written(value: ast.expr) -> Iterator[str]:
    """Yield the codes that a value may be; a condition's own words are none."""
    if isinstance(value, ast.IfExp):
        yield from (*_written(value.body), *_written(value.orelse))
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


KNOWN: dict[str, set[str]] = {
    "state": {step.after for step in OF_PROCEDURES if step.after is not None} | set_states(),
    "step": {step.name for step in OF_PROCEDURES}
    | set(STEPS)
    | {"apply", "file", "settle", "renew", "suspend"},
    "role": set(get_args(Role)),
    "withdrawal": {ending for endings in ENDINGS.values() for ending in endings},
    "document": set(get_args(DocumentKind)),
    "paper": set(get_args(PaperKind)),
    "tag": {f"[{tag}]" for tag in get_args(Tag)},
    "report_state": set(get_args(ReportState)),
    "report_act": set(get_args(ReportAct)),
    "complaint_part": set(queries.STATED),
    "complaint_state": set(get_args(State)),
    "complaint_step": set(ACTS),
    "refusal_ground": {row.code for row in given.rulebook().rows(RefusalGround)},
    "complaint_outcome": set(get_args(ComplaintOutcome)),
    "finding": set(get_args(Finding)),
    "matter": set(get_args(Matter)),
    "proof": set(get_args(Proof)),
    "reward_state": {"proposed", "refused", "decided", "settled", "due", "told", "claimed", "paid", "waived"},
    "reward_line": {row.code for row in given.rulebook().rows(RewardRule)},
    "exclusion": set(get_args(Exclusion)),
    "rule": {
        row.code
        for table in (Deadline, WithdrawalGround, DeclineGround)
        for row in given.rulebook().rows(table)
    },
    "regime": {row.code for row in given.rulebook().rows(ListRegime)},
    "measure": {row.code for row in given.rulebook().rows(Measure)},
    "scope": {row.scope for row in given.rulebook().rows(Measure)},
    "list_colour": set(get_args(Colour)),
    "level": set(get_args(OfficeLevel)),
    "penalty": set(get_args(PenaltyKind)),
    "severity": set(get_args(SeverityClass)),
    "sector": set(SECTORS),
    "need": {*get_args(RepairNeed), "period", "early", "figure"},
    "repair_paper": set(get_args(RepairPaper)),
    "detail": set(StepDetail.model_fields),
    "factor": {factor for row in given.rulebook().rows(ListingTest) for factor in row.weighed},
    "subject": set(get_args(FileObjection.model_fields["subject_kind"].annotation)),
    "remedy": {remedy for remedies in REMEDIES.values() for remedy in remedies},
    "standing": {
        *get_args(ChangeDecisionStanding.model_fields["standing"].annotation),
        *get_args(RegisterSubject.model_fields["standing"].annotation),
    },
    "obstacle": {"incomplete", "under_review", "annulled", "repaired", "not_public", "ended"},
}


@pytest.mark.parametrize("family", sorted(KNOWN))
def test_every_code_has_its_word_in_both_languages(family: str) -> None:
    for language in ("zh", "en"):
        said = terms(language)
        assert sorted(code for code in KNOWN[family] if not said.get(f"{family}.{code}")) == []
    assert terms("zh").keys() == terms("en").keys()


def test_every_family_that_a_refusal_speaks_of_is_held_complete() -> None:
    assert {family for families in FAMILIES.values() for family in families} <= set(KNOWN)


def test_the_states_of_repairs_and_objections_are_found_in_the_code() -> None:
    assert {"granted", "refused", "revoked", "upheld", "dismissed", "settled", "suspended"} <= KNOWN["state"]


def test_a_refusal_says_its_codes_in_words_and_keeps_them_as_parameters() -> None:
    refusal = RuleRefused("step.document_kind", step="review", kind="evidence", kinds=("review", "decision"))
    assert say(refusal, "zh") == "“审核”所附文书的种类为 证据材料，应为：复核意见、决定书。"
    assert (
        say(refusal, "en")
        == "The step “reviewed” needs a document of the kind review, decision, not evidence."
    )
    assert refusal.params["kinds"] == ("review", "decision")


def test_a_refusal_names_list_measure_and_scope_as_the_rulebook_does() -> None:
    for table in (ListRegime, Measure):
        for row in given.rulebook().rows(table):
            family = "regime" if table is ListRegime else "measure"
            assert (terms("zh")[f"{family}.{row.code}"], terms("en")[f"{family}.{row.code}"]) == (
                row.name_zh,
                row.name_en,
            )
    refusal = RuleRefused(
        "measure.not_attached",
        regime="henan_black",
        measure="fewer_inspections",
        source="《河南省社会信用条例》第三十二条",
    )
    for name in ("henan_black", "fewer_inspections"):
        assert name not in say(refusal, "zh") + say(refusal, "en")
    assert refusal.params["regime"] == "henan_black"


def test_a_rule_without_a_source_is_said_to_have_none() -> None:
    refusal = RuleRefused(
        "step.period_running", rule="black.statement", until="2026-11-27", source="[default]"
    )
    assert say(refusal, "zh") == (
        "“陈述申辩期限”至 2026年11月27日 届满（依据：本系统建议，尚无上位依据），届满后才能办理。"
    )
    assert "our own proposal" in say(refusal, "en")


def test_a_code_without_a_word_and_a_name_that_looks_like_one_stay_as_they_are() -> None:
    assert "hebei_black" in say(RuleRefused("listing.no_basis", regime="hebei_black"), "zh")
    assert "officer" in say(RuleRefused("account.unknown", name="officer"), "zh")
    assert "jury" in say(RuleRefused("grant.missing", role="jury", region="411502"), "zh")
