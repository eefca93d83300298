"""Complaints of the demonstration: one in each state that an officer meets, by invented people."""

from collections.abc import Sequence
from typing import Any

from jobs.demo.procedures import cheats
from jobs.demo.stage import Stage
from registry.complaints.commands import record_complaint, take_complaint_step
from registry.complaints.forms import RecordComplaint, TakeComplaintStep
from registry.complaints.tables import Complaint
from registry.store.engine import reading

Steps = Sequence[tuple[str, int, dict[str, Any]]]  # step, days before the chosen day, what it states

COMPLAINTS: Sequence[tuple[int, dict[str, Any], Steps]] = (
    (40, {"matter": "instrument_cheats", "facts": "买四斤排骨，复秤只有三斤四两。"}, ()),
    (
        33,
        {"matter": "short_weight", "facts": "买三斤鲫鱼，公平秤复秤少三两。"},
        (
            ("accept", 30, {}),
            ("tell", 29, {}),
            ("grade", 29, {"proof": "direct"}),
            ("mediate", 24, {"note": "双方到场，现场复秤，摊主承认少秤。"}),
            ("end", 20, {"outcome": "agreed", "finding": "borne_out"}),
            ("tell", 18, {}),
        ),
    ),
    (
        21,
        {"matter": "instrument_wrong", "facts": "同一袋米在两家店称重相差半斤。"},
        (("accept", 18, {}), ("tell", 17, {}), ("suspend", 12, {"note": "电子秤已送市计量所检定。"})),
    ),
    (3, {"matter": "short_weight", "facts": "买两斤虾，回家称只有一斤七两。"}, ()),
    (2, {"matter": "short_weight", "facts": "朋友说起后我也复秤，短三两。"}, ()),
)
PEOPLE = ("演示·甲", "演示·乙", "演示·丙", "演示·丁", "演示·戊")
STALLS = (0, 1, 2, 3, 3)  # the last two are about one stall


def take_complaints(stage: Stage) -> None:
    """Take complaints in and lead them on, about stalls of the town and on days before the chosen one."""
    with reading(stage.engine) as session:
        found = [business_id for business_id, _ in cheats(session, stage.as_of)]
    for (begun, stated, steps), person, stall in zip(COMPLAINTS, PEOPLE, STALLS, strict=True):
        with stage.acting("officer", begun) as work:
            command = {
                **stated,
                "business_id": found[stall],
                "complainant": person,
                "phone": "00000000000",
                "address": "演示路 1 号",
                "request": "退还差价并赔偿。",
                "happened_on": work.today,
            }
            taken_in = record_complaint(work, RecordComplaint.model_validate(command))
        for step, days, more in steps:
            _lead(stage, str(taken_in.id), step, days, more)


def _lead(stage: Stage, complaint_id: str, step: str, days: int, more: dict[str, Any]) -> None:
    with stage.acting("officer", days, 11) as work:
        version = work.session.get_one(Complaint, complaint_id).version
        said = {"complaint_id": complaint_id, "expected_version": version, "step": step, **more}
        take_complaint_step(work, TakeComplaintStep.model_validate(said))
