"""The columns of each kind of import file; `docs/import.md` shows them, and a test holds it to that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from registry.imports.values import (
    Reader,
    as_it_stands,
    count,
    fen,
    fold,
    half_width,
    one_of,
    partial_date,
    phone,
    region_code,
    several_of,
    stall,
    whole_date,
)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        heading: English heading.
        zh: Chinese headings, the one of the template first.
        words: Codes and the Chinese words that may stand for them; empty for free values.
        fills: Field that the value becomes; the heading where it is the same.
        required: Every row needs a value.
        several: A cell may hold several values, set apart by ；.
    """

    heading: str
    zh: tuple[str, ...]
    meaning: str
    example: str
    read: Reader = as_it_stands
    words: Mapping[str, tuple[str, ...]] | None = None
    fills: str = ""
    required: bool = False
    several: bool = False

    @property
    def field(self) -> str:
        """Return the field that the value becomes."""
        return self.fills or self.heading


def _choice(words: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    return {fold(word): code for code, others in words.items() for word in (code, *others)}


KINDS_OF_BUSINESS = {
    "enterprise": ("企业",),
    "sole_trader": ("个体工商户", "个体户"),
    "natural_person": ("自然人",),
    "institution": ("机构", "事业单位"),
    "technical_institution": ("技术机构", "检验检测机构", "检定机构"),
    "market_organiser": ("市场主办者", "集市主办者", "市场开办者"),
    "unknown": ("不明", "未知"),
}
SECTORS = {
    "market_stall": ("集贸市场", "市场摊位", "摊位"),
    "shop_supermarket": ("商店超市", "商场超市", "超市", "商店"),
    "fuel_station": ("加油站", "加油加气站"),
    "restaurant": ("餐饮", "餐饮店", "饭店"),
    "optician": ("眼镜店", "配镜店"),
    "medical": ("医疗", "医疗机构", "医院"),
    "taxi": ("出租车", "道路交通"),
    "utility": ("公用事业", "水电气"),
    "logistics": ("物流", "物流仓储"),
    "scrap_recycler": ("废品回收", "再生资源回收"),
    "prepackaged_producer": ("定量包装生产", "定量包装商品生产"),
    "instrument_maker_or_seller": ("计量器具制造销售", "计量器具制造", "计量器具销售"),
    "technical_institution": ("技术机构", "检验检测机构"),
    "market_organiser": ("市场主办", "市场主办者", "集市主办者"),
    "school": ("学校", "中小学"),
    "other": ("其他",),
}
STATUSES = {
    "open": ("开业", "在业", "存续", "营业"),
    "closed": ("歇业", "停业", "注销", "吊销"),
    "unknown": ("不明", "未知"),
}
LEVELS = {
    "nation": ("国家级", "全国"),
    "province": ("省级", "自治区级", "直辖市级"),
    "city": ("市级", "地级"),
    "county": ("县级", "区级", "区县级"),
    "unknown": ("不明", "未知"),
}
MATTERS = {
    "honest_metrology": ("诚信计量", "诚信计量自我承诺"),
    "retail_weighing": ("零售称重", "零售商品称重"),
    "fuel": ("加油计量", "成品油零售"),
    "net_content": ("定量包装", "净含量"),
    "optometry": ("验光配镜", "眼镜配制"),
    "medical": ("医疗计量", "医疗器具"),
    "taxi": ("出租车计价", "计价器"),
    "utility_meters": ("水电气表", "民用三表"),
}
PROCEDURES = {
    "ordinary": ("普通程序", "一般程序"),
    "summary": ("简易程序", "当场处罚"),
    "unknown": ("不明", "未知"),
}
PENALTIES = {
    "warning": ("警告",),
    "criticism": ("通报批评",),
    "fine": ("罚款",),
    "small_fine": ("小额罚款",),
    "larger_fine": ("较大数额罚款",),
    "huge_fine": ("巨额罚款",),
    "confiscation": ("没收", "没收违法所得", "没收非法财物", "没收计量器具"),
    "suspension": ("责令停产停业", "停产停业", "停业整顿", "暂扣许可证件"),
    "restriction": ("限制开展生产经营活动",),
    "closure": ("责令关闭",),
    "downgrade": ("降低资质等级",),
    "revocation": ("吊销许可证件", "吊销营业执照"),
    "occupational_ban": ("限制从业", "禁止从业"),
}
INSTRUMENTS = {
    "price_computing_scale": ("电子计价秤", "计价秤", "电子秤"),
    "platform_scale": ("台秤", "电子台秤"),
    "truck_scale": ("汽车衡", "地磅"),
    "fuel_dispenser": ("燃油加油机", "加油机"),
    "gas_dispenser": ("加气机", "燃气加气机"),
    "taximeter": ("出租车计价器", "计价器"),
    "lensmeter_optometer": ("焦度计验光仪", "焦度计", "验光仪"),
    "sphygmomanometer": ("血压计",),
    "water_meter": ("水表",),
    "electric_meter": ("电能表", "电表"),
    "gas_meter": ("燃气表", "煤气表"),
    "heat_meter": ("热能表", "热量表"),
    "other": ("其他",),
}

_USCC = Column(
    "uscc",
    ("统一社会信用代码", "信用代码", "社会信用代码"),
    "Unified social credit code, any case or width. It identifies the business before all else.",
    "91110000600037341L",
    half_width,
)
_NAME = Column(
    "name", ("名称", "主体名称", "企业名称", "当事人", "单位名称"), "Full name.", "浉河区李记水产店"
)
_REGION = Column(
    "region",
    ("行政区划", "区划代码", "行政区划代码", "所在地区"),
    "Where it is: GB/T 2260 code of six digits, or the full name from the province down.",
    "411502",
    region_code,
)
_MARKET = Column("market", ("市场", "市场名称", "集贸市场名称"), "Name of its market.", "东方红农贸市场")
_STALL = Column("stall", ("摊位号", "摊位"), "Number of its stall in that market.", "A-12", stall)
_VALID_THROUGH = Column(
    "valid_through", ("有效期至", "有效期截止"), "Last day, inclusive; empty: open.", "2027-05-19", whole_date
)
_WHO = (_USCC, _NAME, _REGION, _MARKET, _STALL)

BUSINESSES = (
    _USCC,
    replace(_NAME, required=True),
    Column(
        "kind",
        ("主体类型", "类型"),
        "What it is.",
        "企业",
        one_of(_choice(KINDS_OF_BUSINESS)),
        KINDS_OF_BUSINESS,
    ),
    Column("sector", ("行业", "业态", "领域"), "What it does.", "加油站", one_of(_choice(SECTORS)), SECTORS),
    replace(_REGION, required=True),
    Column("address", ("地址", "经营场所", "住所"), "Place of business.", "东方红大道 12 号"),
    _MARKET,
    _STALL,
    Column("phone", ("电话", "联系电话"), "Never public.", "0376-6000000", phone),
    Column("status", ("状态", "经营状态"), "Whether it trades.", "开业", one_of(_choice(STATUSES)), STATUSES),
)

PLEDGES = (
    *_WHO,
    Column(
        "matter",
        ("承诺事项", "事项"),
        "What is pledged.",
        "零售称重",
        one_of(_choice(MATTERS)),
        MATTERS,
        required=True,
    ),
    Column("pledged_on", ("承诺日期",), "Day, month or year; empty: not known.", "2026-05-20", partial_date),
    _VALID_THROUGH,
)

DESIGNATIONS = (
    *_WHO,
    Column(
        "level",
        ("级别", "示范级别"),
        "Whose title it is.",
        "省级",
        one_of(_choice(LEVELS)),
        LEVELS,
        required=True,
    ),
    Column("category", ("类别", "示范领域"), "Field of the title, in words.", "眼镜店"),
    Column("title", ("称号", "示范名称"), "The title.", "诚信计量示范单位"),
    Column("authority", ("认定机关", "认定单位"), "Who gave it.", "河南省市场监督管理局", required=True),
    Column("designated_on", ("认定日期",), "Day, month or year; empty: not known.", "2026-03", partial_date),
    _VALID_THROUGH,
)

VIOLATIONS = (
    Column(
        "decision_no",
        ("决定书文号", "处罚决定书文号", "文号"),
        "Number of the decision.",
        "信市监处罚〔2026〕12号",
        required=True,
    ),
    Column(
        "authority", ("处罚机关", "作出处罚决定机关"), "Who decided.", "信阳市市场监督管理局", required=True
    ),
    Column(
        "authority_region",
        ("处罚机关区划", "处罚机关行政区划"),
        "Region of the authority; empty: as its name says, else that of the business.",
        "411500",
        region_code,
    ),
    *_WHO,
    Column(
        "conduct_code",
        ("违法行为", "违法行为代码", "违法行为类型"),
        "What was done: a code of the rulebook's conducts, or its name there.",
        "short_weight",
        required=True,
    ),
    Column(
        "decided_on",
        ("处罚决定日期", "决定日期"),
        "Day, month or year; empty: not known.",
        "2026-06-01",
        partial_date,
    ),
    Column(
        "fine_yuan",
        ("罚款金额", "罚款（元）"),
        "In yuan; empty: not stated.",
        "1,234.50",
        fen,
        fills="fine_fen",
    ),
    Column(
        "confiscated_yuan",
        ("没收金额", "没收违法所得（元）"),
        "In yuan; empty: not stated.",
        "400",
        fen,
        fills="confiscated_fen",
    ),
    Column("basis", ("处罚依据",), "Law and article, in words.", "计量法第二十六条"),
    Column(
        "summary",
        ("摘要", "违法事实", "主要违法事实"),
        "What the decision says, in short.",
        "使用不合格电子秤",
    ),
    Column(
        "published_on",
        ("公示日期", "公示开始日期"),
        "Day on which the decision was published; periods of Order 45 count from it.",
        "2026-06-15",
        whole_date,
    ),
    Column("found_on", ("发现日期", "查获日期"), "Day, month or year.", "2026-05-02", partial_date),
    Column(
        "instrument_kind",
        ("器具种类", "计量器具"),
        "Kind of instrument.",
        "电子计价秤",
        one_of(_choice(INSTRUMENTS)),
        INSTRUMENTS,
    ),
    Column("quantity", ("数量", "器具数量"), "Instruments or packages, at least 1; empty: 1.", "2", count),
    Column(
        "procedure",
        ("程序", "处罚程序"),
        "Procedure of the decision.",
        "普通程序",
        one_of(_choice(PROCEDURES)),
        PROCEDURES,
    ),
    Column(
        "penalties",
        ("处罚种类",),
        "Kinds of penalty, set apart by ；",
        "罚款；没收",
        several_of(_choice(PENALTIES)),
        PENALTIES,
        several=True,
    ),
)

RESULTS = {
    "qualified": ("合格", "检定合格"),
    "unqualified": ("不合格", "检定不合格"),
    "limited": ("限用", "降级使用"),
}
_MAKER = Column(
    "maker",
    ("制造单位", "生产厂家", "制造商", "制造厂"),
    "Who made it; with the factory number it tells the instrument from all others.",
    "示例衡器有限公司",
)
_SERIAL = Column(
    "serial_no", ("出厂编号", "器具编号", "编号"), "Factory number.", "20260001", half_width, required=True
)

REGISTERED_INSTRUMENTS = (
    *_WHO,
    Column(
        "kind",
        ("器具种类", "器具名称", "计量器具"),
        "A code of the rulebook's instrument_kinds, or one of its names there.",
        "电子计价秤",
        required=True,
    ),
    _MAKER,
    Column("model", ("型号规格", "型号", "规格型号"), "Model.", "ACS-30", half_width),
    _SERIAL,
    Column("capacity", ("最大称量", "测量范围", "量程"), "Maximum capacity or range, in words.", "30 kg"),
    Column("accuracy_class", ("准确度等级", "准确度", "精度等级"), "Accuracy class.", "Ⅲ"),
    Column("place", ("使用地点", "使用位置"), "Where it stands; never public.", "水产区 3 号台"),
    Column("in_use_on", ("启用日期", "投入使用日期"), "Day, month or year.", "2026-03", partial_date),
)

VERIFICATIONS = (
    *_WHO,
    _MAKER,
    _SERIAL,
    Column(
        "certificate_no",
        ("证书编号", "检定证书编号", "检定证书号"),
        "Number of the certificate, or of the notice of failure.",
        "浉衡字第20260001号",
        required=True,
    ),
    Column(
        "body",
        ("检定机构", "检定单位"),
        "Verification body, as the certificate names it.",
        "信阳市质量技术监督检验测试中心",
        required=True,
    ),
    Column(
        "result",
        ("检定结果", "检定结论", "结论"),
        "What was found.",
        "合格",
        one_of(_choice(RESULTS)),
        RESULTS,
        required=True,
    ),
    Column("limitation", ("限用范围", "限用说明"), "What a limited use is limited to.", "仅限 15 kg 以下"),
    Column("verified_on", ("检定日期",), "To the day.", "2026-03-15", whole_date, required=True),
    Column(
        "valid_through",
        ("有效期至", "检定有效期至", "有效期截止"),
        "Last day, inclusive; empty: as the rulebook counts it.",
        "2027-03-14",
        whole_date,
    ),
)

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "businesses": BUSINESSES,
    "pledges": PLEDGES,
    "designations": DESIGNATIONS,
    "instruments": REGISTERED_INSTRUMENTS,
    "verifications": VERIFICATIONS,
    "violations": VIOLATIONS,
}
