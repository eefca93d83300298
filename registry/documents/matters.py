"""The forms of the papers of objections and of repairs of credit."""

from collections.abc import Mapping
from types import MappingProxyType

from registry.documents.forms import ANSWERS, BASIS, REMEDIES, Form, heading, items, said

DECLINED = (
    heading("paper.decision.reasons_head"),
    said("paper.declined.ground"),
    said("paper.reasons"),
    *BASIS,
    heading("paper.decision.rights_head"),
    said("paper.declined.again"),
    *REMEDIES,
)
MATTERS: Mapping[str, Form] = MappingProxyType(
    {
        "objection_receipt": Form(
            "paper.objection_receipt.title",
            "notice",
            (said("paper.objection_receipt.text"), said("paper.objection_receipt.deadline", optional=True)),
        ),
        "objection_declined": Form(
            "paper.objection_declined.title",
            "decision",
            (said("paper.objection_declined.text"), *DECLINED),
        ),
        "repair_declined": Form(
            "paper.repair_declined.title",
            "decision",
            (said("paper.repair_declined.text"), *DECLINED),
        ),
        "objection_decision": Form(
            "paper.objection_decision.title",
            "decision",
            (
                said("paper.objection_decision.intro"),
                heading("paper.objection_decision.request"),
                said("paper.objection_decision.requested"),
                heading("paper.objection_decision.answers"),
                *ANSWERS,
                said("paper.removal.reasons", optional=True),
                heading("paper.objection_decision.result_head"),
                said("paper.objection_decision.result"),
                said("paper.objection_decision.ended", optional=True),
                said("paper.persons"),
                *REMEDIES,
            ),
        ),
        "repair_guide": Form(
            "paper.repair_guide.title",
            "notice",
            (
                said("paper.repair_guide.intro"),
                heading("paper.repair_guide.conditions"),
                items("conditions"),
                said("paper.repair_guide.earliest", optional=True),
                heading("paper.repair_guide.papers"),
                items("papers"),
                heading("paper.repair_guide.course"),
                said("paper.repair_guide.period"),
                said("paper.repair_guide.effect"),
                said("paper.repair_guide.warning"),
                said("paper.where", optional=True),
            ),
        ),
        "repair_receipt": Form(
            "paper.repair_receipt.title",
            "notice",
            (said("paper.repair_receipt.text"), said("paper.objection_receipt.deadline", optional=True)),
        ),
        "repair_completion": Form(
            "paper.repair_completion.title",
            "notice",
            (
                said("paper.repair_completion.intro"),
                items("papers"),
                said("paper.repair_completion.period"),
                said("paper.where", optional=True),
            ),
        ),
        "repair_decision": Form(
            "paper.repair_decision.title",
            "decision",
            (
                said("paper.repair_decision.text"),
                heading("paper.repair_decision.conditions"),
                items("conditions"),
                said("paper.removal.reasons"),
                *BASIS,
                said("paper.persons"),
                said("paper.where", optional=True),
            ),
        ),
        "repair_refusal": Form(
            "paper.repair_refusal.title",
            "decision",
            (
                said("paper.repair_refusal.text"),
                heading("paper.repair_decision.conditions"),
                items("conditions"),
                said("paper.repair_refusal.reasons"),
                *BASIS,
                said("paper.persons"),
                *REMEDIES,
            ),
        ),
        "repair_revocation": Form(
            "paper.repair_revocation.title",
            "decision",
            (
                said("paper.repair_revocation.text"),
                said("paper.repair_revocation.effect"),
                said("paper.repair_revocation.reasons"),
                *BASIS,
                said("paper.persons"),
                *REMEDIES,
            ),
        ),
    }
)
