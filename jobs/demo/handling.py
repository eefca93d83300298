"""Reports of the demonstration in every state, and what custodians were asked of them, by the real acts.

The merchants are invented, and so are the people who report them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jobs.demo import reporting
from jobs.demo.procedures import cheats
from jobs.demo.reporting import Reporter
from jobs.demo.reports import HOLDERS, OFFICE, Desk
from public_site.desk.report import STEPS
from registry.audit.work import Actor
from registry.reports import disclosure
from registry.reports.disclosure import AskDisclosure, Guarded
from registry.reports.told import Identity, Matter
from registry.reports.vault import Vault
from registry.reports.witness import Told, report_of
from registry.store.engine import reading

Step = tuple[str, str, int, Mapping[str, Any]]  # act, account, days before the chosen day, what it states

FIRST, SECOND = HOLDERS["intake"]
TAKEN_UP = {"note": "线索具体，写明了时间、地点和器具，可以核查。"}


def taken_up(days_before: int, account: str = FIRST) -> Step:
    """Return the step by which somebody takes a report up."""
    return "triage", account, days_before, TAKEN_UP


def assigned(days_before: int) -> Step:
    """Return the step that seals a report to both handlers alone."""
    return "assign", FIRST, days_before, {}


def closed(days_before: int, outcome: str, text: str) -> Step:
    """Return the step that ends the handling."""
    return "close", FIRST, days_before, {"outcome": outcome, "text": text}


@dataclass(frozen=True)
class Course:
    """A report and what became of it.

    Attributes:
        sent: Days before the chosen day.
        matter: What happened.
        merchant: Number of a merchant of the town that was found to cheat; None: named by the matter.
        identity: Who reports, if he says so.
        photographs: What the displays on them show.
    """

    sent: int
    matter: Mapping[str, Any]
    steps: Sequence[Step] = ()
    merchant: int | None = None
    identity: Mapping[str, str] | None = None
    photographs: Sequence[str] = ()


ZHOU = {"name": "演示·周某", "contact": "演示电话 00000000000", "relation": "曾在该店打工"}
WU = {"name": "演示·吴某", "contact": "演示邮箱 wu@example.invalid", "relation": "常在该摊买菜的顾客"}
PEDAL = "每周三、周六上午，称重前他踩一下摊位下面的踏板，示值就多出一两多。我三次在公平秤上复秤，每次都少。"
BATCH = "店里进了一批改装过的电子秤，输入密码后每斤多出半两。说明书上没有这个功能，老板只教自己人怎么用。"
FISH = {"merchant": "河边早市第三排卖鱼的摊位", "place": "河边早市"}
RICE = {"merchant": "示范路口的粮油店", "instrument": "台秤"}
FUEL = {"merchant": "平桥区边上的加油站", "instrument": "加油机", "conducts": ("accuracy_destroyed",)}
CORRECT = "已现场抽查，电子秤检定合格且在有效期内，示值误差在允许范围内。"

COURSES: Mapping[str, Course] = {
    "overdue": Course(
        30,
        {**FISH, "story": "电子秤没有检定标志，每次都少一两左右。"},
    ),
    "waiting": Course(
        1,
        {
            "instrument": "电子计价秤",
            "conducts": ("short_weight",),
            "story": "买两斤排骨，回家复秤只有一斤八两，附上复秤时拍的照片。",
            "wants_reward": True,
        },
        merchant=3,
        photographs=("1.804 kg",),
    ),
    "asked": Course(
        12,
        {"instrument": "电子计价秤", "conducts": ("cheating_instrument_used",), "story": PEDAL},
        (
            taken_up(11),
            ("ask", FIRST, 11, {"text": "请问踏板在摊位的哪一侧？他一般几点出摊？有照片的话可以补充。"}),
        ),
        merchant=4,
    ),
    "assigned": Course(
        22,
        {**RICE, "story": "整袋米标 25 公斤，复秤只有 24 公斤多一点，好几袋都是这样。"},
        (
            taken_up(20),
            assigned(19),
            ("extend", SECOND, 5, {"note": "台秤已送检，等待检定结果。"}),
        ),
    ),
    "filed": Course(
        24,
        {"conducts": ("cheating_instrument_used",), "instrument": "电子计价秤", "story": BATCH},
        (
            taken_up(23),
            assigned(23),
            ("file", FIRST, 10, {"case_no": "信浉市监立〔演示〕9号"}),
        ),
        merchant=5,
    ),
    "merged": Course(
        21,
        {"merchant": "中心市场卖水产的", "story": "听说那家店的秤能调，我买的虾三斤少了三两。"},
    ),
    "referred": Course(
        15,
        {**FUEL, "story": "加 50 升油箱只走了 46 升的格，连着两次。"},
        (
            taken_up(14),
            (
                "refer",
                FIRST,
                12,
                {
                    "to": "信阳市平桥区市场监督管理局",
                    "business": "平桥区边上的加油站（演示）",
                    "place": "示范路与平桥大道交叉口",
                    "happened": "上月下旬，连续两次",
                    "facts": "反映加油机示值多于实际油量，请依法核查。",
                },
            ),
        ),
    ),
    "unfounded": Course(
        40,
        {"merchant": "茶乡路的水果店", "story": "买苹果感觉秤不准，回家称少一点点。"},
        (taken_up(39), closed(25, "unfounded", CORRECT)),
    ),
    "disclosed": Course(
        14,
        {"instrument": "地上衡", "story": "收粮的地磅在我卖粮那天少称了八十多斤，我有过磅单。"},
        (taken_up(13), assigned(12)),
        merchant=6,
        identity=ZHOU,
        photographs=("2 860 kg",),
    ),
    "named": Course(
        9,
        {"merchant": "南湖市场干货摊", "story": "干货都用一个铁盒称，铁盒的重量不去皮，每次多算二两。"},
        (taken_up(8, SECOND), ("ask", SECOND, 8, {"text": "铁盒大概多大？您还记得最近一次的日期吗？"})),
        identity=WU,
    ),
}  # fmt: skip


def handle_reports(desk: Desk) -> dict[str, Reporter]:
    """Let reports arrive and lead each to its state; return who sent them."""
    found = {name: lead(desk, course) for name, course in COURSES.items()}
    _answer(desk, found["asked"])
    take(desk, found["merged"].report_id, ("merge", FIRST, 20, {"into": found["filed"].report_id}))
    _disclose(desk, found)
    return found


def lead(desk: Desk, course: Course) -> Reporter:
    """Let a report arrive and take its steps."""
    photographs = [
        reporting.photograph(reads, f"周某 IMG_{number}.JPG")
        for number, reads in enumerate(course.photographs, start=1)
    ]
    identity = Identity.model_validate(course.identity or {})
    reporter = reporting.send(desk, course.sent, _matter(desk, course), identity, photographs)
    for step in course.steps:
        take(desk, reporter.report_id, step)
    return reporter


def take(desk: Desk, report_id: str, step: Step) -> None:
    """Take a step with a report as it stands, by somebody who read it."""
    act, account, days_before, stated = step
    command, verb = STEPS[act]
    team = {"team": tuple(desk.fingerprint(name) for name in HOLDERS["intake"])} if act == "assign" else {}

    def do(vault: Vault, actor: Actor, by: Any) -> Told:
        version = report_of(vault, actor, report_id).version
        asked = command.model_validate({"version": version, **stated, **team})
        return verb(vault, actor, report_id, by, asked)

    desk.reads(account, days_before, report_id)
    desk.opens(account, days_before, do)


def _matter(desk: Desk, course: Course) -> Matter:
    if course.merchant is None:
        return Matter.model_validate(course.matter)
    with reading(desk.stage.engine) as session:
        found = cheats(session, desk.stage.as_of)
    business_id = found[course.merchant % len(found)][0]
    happened_on = desk.day(course.sent + 2).isoformat()
    return Matter.model_validate({**course.matter, "business_id": business_id, "happened_on": happened_on})


def _answer(desk: Desk, reporter: Reporter) -> None:
    """Let a reporter come back, answer and bring a picture; the office thanks."""
    reporting.write(desk, reporter, 9, "踏板在摊位右侧，用木板挡着。一般早上六点半到十点。")
    reporting.add(desk, reporter, 9, reporting.photograph("1.385 kg", "IMG_0412.JPG"))
    thanks = {"text": "已收到，正在安排核查。核查前请不要惊动对方。"}
    take(desk, reporter.report_id, ("ask", SECOND, 7, thanks))


def _disclose(desk: Desk, found: Mapping[str, Reporter]) -> None:
    """Ask for identities and files: one was disclosed and read, one refused, others wait for custodians."""
    first, second = HOLDERS["custody"]
    disclosed = _ask(desk, found["disclosed"], FIRST, 6, _wanted("需要向本人核实过磅单的时间和数量。"))
    for custodian in (first, second):
        desk.does(custodian, 5, partial(disclosure.approve, request_id=disclosed))
    desk.opens(second, 4, lambda vault, actor, by: disclosure.release(vault, actor, disclosed, by))
    _read_identity(desk, found["disclosed"])
    refused = _ask(desk, found["unfounded"], SECOND, 30, _wanted("想了解举报人与商户的关系。"))
    desk.does(first, 29, partial(disclosure.refuse, request_id=refused))
    agreed = _ask(desk, found["filed"], FIRST, 4, _wanted("立案后需要询问举报人，是否愿意作证。"))
    for custodian in (first, second):
        desk.does(custodian, 3, partial(disclosure.approve, request_id=agreed))
    half = _ask(desk, found["named"], SECOND, 3, _wanted("举报人留了联系方式，需要约时间现场辨认。"))
    desk.does(first, 2, partial(disclosure.approve, request_id=half))
    _ask(desk, found["asked"], FIRST, 2, _wanted("需要原始照片核对拍摄时间。", "originals"))


def _wanted(reason: str, compartment: Guarded = "identity") -> AskDisclosure:
    return AskDisclosure(compartment=compartment, reason=reason)


def _ask(desk: Desk, reporter: Reporter, name: str, days_before: int, asked: AskDisclosure) -> str:
    """Ask for a disclosure, and return the request."""
    of = reporter.report_id
    desk.opens(name, days_before, lambda vault, actor, by: disclosure.ask(vault, actor, of, by, asked))
    with desk.reports.reading(desk.day(days_before)) as vault:
        return next(one.id for one in disclosure.requests(vault, OFFICE) if one.report_id == of)


def _read_identity(desk: Desk, reporter: Reporter) -> None:
    """Let who asked read the identity once: the reporter sees on which day."""
    sides = desk.sides(FIRST, 3)
    with sides.reading() as vault:
        by = desk.by(vault, sides.actor, FIRST)
    disclosure.opened(sides, reporter.report_id, "identity", by)
