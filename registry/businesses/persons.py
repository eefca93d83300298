"""Pure rules about names of natural persons: who bears one, and how it is shortened.

A sole trader without a trade name bears its operator's own name, so it is protected like one. The
cautious answer wins: a firm masked by mistake is mended by recording its kind, a name that was
published by mistake cannot be called back.
"""

import re

MASK = "某"
PERHAPS_PERSONS = ("natural_person", "sole_trader", "unknown")  # no other kind is ever a natural person

SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪"
    "严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜肖詹关苗凌费纪靳盛童欧甄项曲成游阳"
    "裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来苟全褚廉简娄"
    "盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗"
)
DOUBLE_SURNAMES = frozenset(
    (
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "司徒",
        "夏侯",
        "东方",
        "南宫",
        "端木",
        "呼延",
    )
)
TRADE_ENDINGS = frozenset("店铺行摊厂社馆坊部站场市记号档楼阁屋吧院室司户斋仓所")
PERSON_SUFFIX = re.compile(r"[（(]个体工商户[)）]$")
HAN = re.compile(r"[\u3400-\u9fff·]+")


def is_natural_person(kind: str, name: str, uscc: str | None) -> bool:
    """Say whether a name belongs to a natural person.

    A code of an enterprise or institution settles that it does not; the code of a sole trader
    (second class of the market regulator) settles nothing.
    """
    if kind not in PERHAPS_PERSONS:
        return False
    if kind == "natural_person":
        return True
    if kind == "sole_trader" or (kind == "unknown" and (uscc is None or uscc.startswith("92"))):
        return is_personal_name(name)
    return False


def is_personal_name(name: str) -> bool:
    """Say whether a name reads as a person's own: a surname and one or two characters, no trade."""
    bare = PERSON_SUFFIX.sub("", name.replace(" ", ""))
    if not HAN.fullmatch(bare):
        return False
    if "·" in bare:
        return not TRADE_ENDINGS.intersection(bare[-1])
    given = bare[2:] if bare[:2] in DOUBLE_SURNAMES else bare[1:]
    surname_known = bare[:2] in DOUBLE_SURNAMES or bare[0] in SURNAMES
    return surname_known and 1 <= len(given) <= 2 and bare[-1] not in TRADE_ENDINGS


def masked_name(name: str) -> str:
    """Return a person's name as it may be shown: the surname and 某."""
    bare = PERSON_SUFFIX.sub("", name.replace(" ", ""))
    return (bare[:2] if bare[:2] in DOUBLE_SURNAMES else bare[:1]) + MASK
