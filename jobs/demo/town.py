"""An invented town: merchants, pledges, designations and violations as rows of import files.

Nothing here is real but the region. The same seed and day give the same rows, so that figures of a
demonstration can be compared. The rows go through the import like everybody else's.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from registry.identifiers import parse_uscc

SEED = 20_261_122
REGION = "411502"
AUTHORITY = "信阳市浉河区市场监督管理局"

MARKETS = ("湖东农贸市场（演示）", "老城集贸市场（演示）", "春申路便民市场（演示）")
EARLY_MARKET = MARKETS[1]  # its stalls pledged first: some of these pledges run out around the chosen day
EARLIER = timedelta(days=200)
STALLS_EACH = 40
SHOPS = 180
PUBLISHED_AFTER = 15  # days from decision to publication, in this town

SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "记福顺和昌盛源兴泰丰康宁安吉祥瑞达隆裕惠诚信德义仁"
TRADES = (
    ("水产", "market_stall"),
    ("鲜肉", "market_stall"),
    ("蔬菜", "market_stall"),
    ("水果", "market_stall"),
    ("熟食", "market_stall"),
    ("粮油", "market_stall"),
)
SHOP_TRADES = (
    ("生鲜超市", "shop_supermarket"),
    ("百货商行", "shop_supermarket"),
    ("加油站", "fuel_station"),
    ("眼镜店", "optician"),
    ("酒楼", "restaurant"),
    ("小吃店", "restaurant"),
    ("水果店", "shop_supermarket"),
    ("诊所", "medical"),
    ("衡器商行", "instrument_maker_or_seller"),
)

BODY = "信阳市计量检定所（演示）"
MAKERS = ("申城衡器厂（演示）", "淮河计量设备公司（演示）", "大别山仪表厂（演示）")
TOOLS = {  # what a merchant of a trade measures with: kind, model, range, how many at most
    "market_stall": (("电子计价秤", "ACS-30", "30 kg", 1),),
    "shop_supermarket": (("电子计价秤", "ACS-15", "15 kg", 3), ("电子台秤", "TCS-150", "150 kg", 1)),
    "fuel_station": (("燃油加油机", "JYJ-2", "5～50 L/min", 4),),
    "optician": (("焦度计、验光仪", "JD-1", "±25 m⁻¹", 2),),
    "restaurant": (("电子计价秤", "ACS-15", "15 kg", 1),),
    "medical": (("血压计", "XJ-1", "0～300 mmHg", 2),),
    "instrument_maker_or_seller": (("电子台秤", "TCS-300", "300 kg", 1),),
}
FAIR_SCALE = (("公平秤", "TCS-60", "60 kg", 1),)
WITH_TOOLS = 0.8  # shares of the merchants and of their instruments, in this town
NEVER_VERIFIED = 0.04
FAILED = 0.03
RENEWED_LATE = 0.25
PAUSES = {False: {False: (330, 364), True: (375, 460)}, True: {False: (150, 178), True: (190, 260)}}
"""Days between two verifications: by whether they run half a year, then whether the second came too late."""

OFFENCES = (
    # conduct, fine in yuan, confiscated in yuan, how many instruments, words
    ("cheating_instrument_used", "2000", "350.50", 1, "使用带有作弊功能的电子计价秤，称重示值高于实际重量。"),
    ("accuracy_destroyed", "1500", "120", 1, "破坏电子计价秤准确度，给消费者造成损失。"),
    ("instrument_unverified", "500", "", 2, "使用未经检定的电子计价秤用于贸易结算。"),
    ("instrument_overdue", "300", "", 1, "使用超过检定周期的电子计价秤。"),
    ("instrument_failed_but_used", "800", "", 1, "使用检定不合格的计量器具。"),
    ("seal_broken", "600", "", 1, "擅自破坏计量器具铅封。"),
    ("short_weight", "1000", "60", 1, "销售商品短缺重量超过允许范围。"),
)


class Town:
    """The rows of the town around a day."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.rng = random.Random(SEED)
        self.tools_rng = random.Random(SEED + 1)  # of its own: other facts stay as they were drawn
        self.renewals_rng = random.Random(SEED + 2)  # of its own, likewise
        self.businesses = [*self._stallholders(), *self._shops()]
        self.instruments = [*self._instruments()]

    def _code(self, kind: str) -> str:
        letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body = f"9{kind}{REGION}" + "".join(self.rng.choice(letters) for _ in range(9))
        return next(body + last for last in letters if parse_uscc(body + last).check_ok)

    def _name(self, trade: str, tail: str) -> str:
        name = self.rng.choice(SURNAMES) + self.rng.choice(GIVEN) + self.rng.choice(GIVEN)
        return f"浉河区{name}{trade}{tail}"

    def _stallholders(self) -> Iterator[dict[str, str]]:
        for market in MARKETS:
            for number in range(1, STALLS_EACH + 1):
                trade, sector = self.rng.choice(TRADES)
                licensed = self.rng.random() < 0.7
                yield {
                    "uscc": self._code("2") if licensed else "",
                    "name": self._name(trade, "店" if licensed else "摊"),
                    "kind": "sole_trader",
                    "sector": sector,
                    "region": REGION,
                    "address": f"信阳市浉河区{market}内",
                    "market": market,
                    "stall": f"{'ABC'[number % 3]}-{number:02d}",
                    "phone": f"1{self.rng.randrange(3_000_000_000, 9_999_999_999)}",
                    "status": "open",
                }

    def _shops(self) -> Iterator[dict[str, str]]:
        for number in range(SHOPS):
            trade, sector = self.rng.choice(SHOP_TRADES)
            company = self.rng.random() < 0.4
            yield {
                "uscc": self._code("1" if company else "2"),
                "name": self._name(trade, "有限公司" if company else ""),
                "kind": "enterprise" if company else "sole_trader",
                "sector": sector,
                "region": REGION,
                "address": f"信阳市浉河区示范路{number + 1}号",
                "market": "",
                "stall": "",
                "phone": f"1{self.rng.randrange(3_000_000_000, 9_999_999_999)}",
                "status": "open" if self.rng.random() < 0.97 else "closed",
            }

    def _days_before(self, least: int, most: int, rng: random.Random | None = None) -> date:
        return self.as_of - timedelta(days=(rng or self.rng).randint(least, most))

    def _who(self, business: dict[str, str]) -> dict[str, str]:
        return {key: business[key] for key in ("uscc", "name", "region", "market", "stall")}

    def _instruments(self) -> Iterator[dict[str, str]]:
        """Give four of five merchants what their trade measures with, and each market a fair scale."""
        number = 0
        fair = {business["market"]: business for business in self.businesses if business["market"]}
        for business in self.businesses:
            keeps_fair_scale = business is fair.get(business["market"])
            if self.tools_rng.random() > WITH_TOOLS and not keeps_fair_scale:
                continue
            tools = (*TOOLS[business["sector"]], *(FAIR_SCALE if keeps_fair_scale else ()))
            for kind, model, capacity, most in tools:
                for _ in range(self.tools_rng.randint(1, most)):
                    number += 1
                    yield {
                        **self._who(business),
                        "kind": kind,
                        "maker": MAKERS[number % len(MAKERS)],
                        "model": model,
                        "serial_no": f"YS{number:05d}",
                        "capacity": capacity,
                        "accuracy_class": "Ⅲ" if "秤" in kind else "",
                        "place": "营业区",
                        "in_use_on": self._days_before(500, 900, self.tools_rng).isoformat(),
                    }

    def verifications(self) -> Iterator[dict[str, str]]:
        """Verify nearly every instrument twice: some so long ago that they are due or overdue, some late."""
        for number, instrument in enumerate(self.instruments, start=1):
            if self.tools_rng.random() < NEVER_VERIFIED:
                continue
            half_yearly = instrument["kind"] in ("燃油加油机", "血压计")
            verified = self._days_before(10, 190 if half_yearly else 380, self.tools_rng)
            failed = self.tools_rng.random() < FAILED
            late = self.renewals_rng.random() < RENEWED_LATE
            passed = self.renewals_rng.randint(*(PAUSES[half_yearly][late]))
            before = verified - timedelta(days=passed)
            yield self._verification(instrument, f"前{number:05d}", before, failed=False)
            yield self._verification(instrument, f"{number:05d}", verified, failed=failed)

    def _verification(
        self, instrument: dict[str, str], number: str, verified: date, *, failed: bool
    ) -> dict[str, str]:
        return {
            **{key: instrument[key] for key in (*self._who(instrument), "maker", "serial_no")},
            "certificate_no": f"浉检字〔{verified.year}〕演示{number}号",
            "body": BODY,
            "result": "unqualified" if failed else "qualified",
            "verified_on": verified.isoformat(),
            "valid_through": "",
        }

    def pledges(self) -> Iterator[dict[str, str]]:
        """Give two of three merchants a pledge of two years."""
        for business in self.businesses:
            if self.rng.random() < 0.66:
                early = business["market"] == EARLY_MARKET
                pledged = self._days_before(100, 600) - (EARLIER if early else timedelta())
                yield {
                    **self._who(business),
                    "matter": "fuel" if business["sector"] == "fuel_station" else "retail_weighing",
                    "pledged_on": pledged.isoformat(),
                    "valid_through": (pledged + timedelta(days=729)).isoformat(),
                }

    def designations(self) -> Iterator[dict[str, str]]:
        """Give every twentieth merchant with a code a designation of three years."""
        for business in [b for b in self.businesses if b["uscc"]][::20]:
            designated = self._days_before(100, 700)
            yield {
                **self._who(business),
                "level": "county",
                "category": business["sector"],
                "title": "浉河区诚信计量示范单位（演示）",
                "authority": AUTHORITY,
                "designated_on": designated.isoformat(),
                "valid_through": (designated + timedelta(days=1094)).isoformat(),
            }

    def violations(self) -> Iterator[dict[str, str]]:
        """Find an offence with every ninth merchant with a code, most of them lately."""
        for number, business in enumerate([b for b in self.businesses if b["uscc"]][4::9], start=1):
            conduct, fine, gains, quantity, words = OFFENCES[number % len(OFFENCES) if number % 2 else 0]
            decided = self._days_before(95, 230 if number % 3 else 900)
            yield {
                **self._who(business),
                "decision_no": f"浉市监处罚〔{decided.year}〕演示{number:03d}号",
                "authority": AUTHORITY,
                "conduct_code": conduct,
                "decided_on": decided.isoformat(),
                "found_on": (decided - timedelta(days=40)).isoformat(),
                "fine_yuan": fine,
                "confiscated_yuan": gains,
                "quantity": str(quantity),
                "published_on": (decided + timedelta(days=PUBLISHED_AFTER)).isoformat(),
                "procedure": "ordinary",
                "penalties": "罚款；没收" if gains else "罚款",
                "basis": "《中华人民共和国计量法实施细则》",
                "summary": words,
            }
