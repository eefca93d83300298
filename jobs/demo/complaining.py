"""Complaints of the demonstration: one in each state that an officer meets, by invented people."""

from collections.abc import Sequence
from typing import Any

from jobs.demo.procedures import cheats
from jobs.demo.reports import OFFICE, Desk
from jobs.demo.stage import Stage
from registry.complaints.commands import record_complaint, take_complaint_step
from registry.complaints.forms import RecordComplaint, TakeComplaintStep
from registry.complaints.tables import Complaint
from registry.reports import handed
from registry.reports.told import Identity, Matter
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
    (
        16,
        {"matter": "other", "facts": "给饭店进货五十斤虾，怀疑少秤，要求按进货合同赔偿。"},
        (
            ("refuse", 14, {"ground": "not_consumption", "note": "系经营者之间的购销，不是生活消费。"}),
            ("tell", 13, {}),
        ),
    ),
    (
        11,
        {"matter": "fuel", "facts": "加油 200 元，油表走得比平时少。"},
        (("withdraw", 8, {"note": "已与加油站协商解决。"}),),
    ),
    (
        10,
        {"matter": "short_weight", "facts": "买五斤橙子，回家称只有四斤六两。"},
        (("accept", 7, {}), ("tell", 6, {}), ("mediate", 3, {"note": "已通知双方下周到场复秤。"})),
    ),
    (
        9,
        {"matter": "utility_meter", "facts": "换了水表后用水量多出一倍。"},
        (("transfer", 7, {"office_code": "AMR-4115", "note": "水表由市局负责。"}),),
    ),
    (
        5,
        {"matter": "taximeter", "facts": "同一路程计价器多跳六元。"},
        (("dispute", 3, {"note": "对方认为应由车辆注册地办理。"}),),
    ),
    (3, {"matter": "short_weight", "facts": "买两斤虾，回家称只有一斤七两。"}, ()),
    (2, {"matter": "short_weight", "facts": "朋友说起后我也复秤，短三两。"}, ()),
)
REPORTED = "市场里一半的秤都由同一个人上门调过，他每个月来收一次钱。"
PEOPLE = "甲乙丙丁戊己庚辛壬癸"
STALLS = (0, 1, 2, 4, 5, 6, 7, 8, 3, 3)  # the last two are about one stall


def take_complaints(stage: Stage) -> None:
    """Take complaints in and lead them on, about stalls of the town and on days before the chosen one."""
    with reading(stage.engine) as session:
        found = [business_id for business_id, _ in cheats(session, stage.as_of)]
    for (begun, stated, steps), person, stall in zip(COMPLAINTS, PEOPLE, STALLS, strict=True):
        with stage.acting("officer", begun) as work:
            command = {
                **stated,
                "business_id": found[stall % len(found)],
                "complainant": f"演示·{person}",
                "phone": "00000000000",
                "address": "演示路 1 号",
                "request": "退还差价并赔偿。",
                "happened_on": work.today,
            }
            taken_in = record_complaint(work, RecordComplaint.model_validate(command))
        for step, days, more in steps:
            _lead(stage, str(taken_in.id), step, days, more)


def split_one(desk: Desk) -> None:
    """Take a complaint in that is also a report, and split it: the part that is one goes sealed."""
    stage, complainant = (
        desk.stage,
        {"complainant": "演示·子", "phone": "00000000000", "address": "演示路 2 号"},
    )
    both = {"request": "退还差价，并严查全市场的秤。", "facts": f"买三斤桃少四两。{REPORTED}"}
    with stage.acting("officer", 8) as work:
        command = {**complainant, **both, "respondent": "中心市场桃子摊", "matter": "short_weight"}
        taken_in = record_complaint(work, RecordComplaint.model_validate(command))
    with desk.reports.writing(desk.day(7)) as vault:
        matter = Matter(merchant="中心市场桃子摊", story=REPORTED)
        identity = Identity(name=complainant["complainant"], contact=complainant["phone"])
        handed.take_in(vault, OFFICE, f"{taken_in.id} split", matter, identity)
        _lead(stage, str(taken_in.id), "split", 7, {"request": "退还差价。", "facts": "买三斤桃少四两。"})


def _lead(stage: Stage, complaint_id: str, step: str, days: int, more: dict[str, Any]) -> None:
    with stage.acting("officer", days, 11) as work:
        version = work.session.get_one(Complaint, complaint_id).version
        said = {"complaint_id": complaint_id, "expected_version": version, "step": step, **more}
        take_complaint_step(work, TakeComplaintStep.model_validate(said))
