"""The rulebook is whole, sourced or honestly tagged, or it is refused with every fault named."""

import shutil
from datetime import date
from pathlib import Path

import pytest

import registry.rulebook
from registry.errors import Broken
from registry.rulebook import (
    TABLES,
    GradeBand,
    ListRegime,
    Rulebook,
    ScoreDimension,
    ScorePoint,
    ScoreScheme,
    Source,
    load_rulebook,
    problems,
)

PACKAGE = Path(registry.rulebook.__file__).parent
SCORE_ROW = """
[[score_points]]
code = "inspection.refused"
scheme = "default"
jurisdiction = "41"
in_force_from = 2026-01-01
tag = "default"
name_zh = "拒绝检查"
name_en = "Inspection refused"
dimension = "inspection"
points = -2500
counts_months = 36
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the package's tables, to be spoilt."""
    for path in PACKAGE.glob("*.toml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def refused(folder: Path) -> tuple[str, ...]:
    with pytest.raises(Broken) as broken:
        load_rulebook(folder)
    return broken.value.problems


def add(folder: Path, table: str, text: str) -> None:
    with (folder / f"{table}.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def test_every_table_has_a_file_and_every_file_a_table() -> None:
    assert {path.stem for path in PACKAGE.glob("*.toml")} == {table.table for table in TABLES}


def test_the_package_is_the_same_rulebook_however_it_is_read(folder: Path) -> None:
    assert load_rulebook(folder).hash == load_rulebook().hash


def test_an_archived_rulebook_comes_back_under_its_hash() -> None:
    rulebook = load_rulebook()
    again = Rulebook.from_json(rulebook.to_json())
    assert again.hash == rulebook.hash
    assert all(again.rows(table) == rulebook.rows(table) for table in TABLES)


def test_one_changed_figure_is_another_rulebook(folder: Path) -> None:
    path = folder / "grade_bands.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("9000", "9100"), encoding="utf-8")
    assert load_rulebook(folder).hash != load_rulebook().hash


def test_the_order_of_rows_in_a_file_means_nothing(folder: Path) -> None:
    path = folder / "score_points.toml"
    head, *rows = path.read_text(encoding="utf-8").split("[[score_points]]")
    path.write_text("[[score_points]]".join([head, *reversed(rows)]), encoding="utf-8")
    assert load_rulebook(folder).hash == load_rulebook().hash


def spoil(row: str, old: str, new: str) -> str:
    assert old in row
    return row.replace(old, new)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        pytest.param(spoil(SCORE_ROW, "points = -2500", "points = -25.5"), "points", "integer", id="float"),
        pytest.param(spoil(SCORE_ROW, "points = -2500", 'points = "-2500"'), "points", "integer", id="text"),
        pytest.param(spoil(SCORE_ROW, "points = -2500", "points = true"), "points", "integer", id="boolean"),
        pytest.param(SCORE_ROW + "penalty = 3\n", "penalty", "not permitted", id="unknown-field"),
        pytest.param(
            spoil(SCORE_ROW, "points = -2500\n", ""), "row", "points is missing", id="missing-figure"
        ),
        pytest.param(
            spoil(SCORE_ROW, "counts_months = 36\n", ""), "counts_months", "required", id="missing-field"
        ),
        pytest.param(spoil(SCORE_ROW, 'tag = "default"\n', ""), "row", "source or a tag", id="unexplained"),
        pytest.param(
            spoil(SCORE_ROW, '"default"\nname', '"guess"\nname'), "tag", "'default'", id="unknown-tag"
        ),
        pytest.param(SCORE_ROW + "in_force_to = 2026-01-01\n", "row", "later than", id="ends-at-its-start"),
        pytest.param(spoil(SCORE_ROW, "2026-01-01", "2026-02-30"), "is not TOML", "", id="no-day"),
        pytest.param(spoil(SCORE_ROW, '"41"', '"99"'), "row", "99 is no region", id="no-region"),
        pytest.param(
            spoil(SCORE_ROW, '"41"', '"410000"'), "row", "410000 is a longer way", id="untrimmed-region"
        ),
        pytest.param(spoil(SCORE_ROW, '"41"', '"4"'), "jurisdiction", "pattern", id="half-a-region"),
        pytest.param(
            spoil(SCORE_ROW, '"inspection"', '"luck"'), "dimension", "luck is defined by", id="dimension"
        ),
        pytest.param(
            SCORE_ROW + 'direct_grade = "E"\n', "direct_grade", "E is defined by no row", id="grade"
        ),
        pytest.param(
            spoil(SCORE_ROW, "inspection.refused", "violation.M99"),
            "code",
            "M99 is defined by",
            id="violation",
        ),
        pytest.param(
            spoil(SCORE_ROW, 'scheme = "default"', 'scheme = "x"'), "scheme", "x is defined", id="scheme"
        ),
        pytest.param(
            SCORE_ROW + 'decay = "steps"\n', "row", "steps are given exactly", id="decay-without-steps"
        ),
        pytest.param(
            SCORE_ROW + "floor_points = 1\nceiling_points = 0\n", "row", "not be above", id="bounds"
        ),
        pytest.param(
            spoil(SCORE_ROW, 'jurisdiction = "41"\n', ""), "in_force_from", "overlaps in", id="overlap"
        ),
        pytest.param("\n[score_point]\ncode = 1\n", "score_point", "only [[score_points]]", id="other-table"),
    ],
)
def test_a_fault_is_named_by_file_row_field_and_reason(
    folder: Path, row: str, field: str, reason: str
) -> None:
    add(folder, "score_points", row)
    faults = refused(folder)
    assert any(
        fault.startswith("score_points.toml:") and f"{field}:" in fault and reason in fault
        for fault in faults
    )
    if "[[" in row and field != "is not TOML":
        last = len(load_rulebook().rows(ScorePoint)) + 1
        assert f"row {last} (" in faults[0]


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        pytest.param(
            "score_schemes",
            'name_zh = "方案"\nname_en = "Scheme"\nbase_points = 0\nhigher_is_better = true\n'
            "grade_public = false\nwindow_months = 36\ncycle_months = 12\n",
            "a cycle has a length and a first day",
            id="cycle-without-a-first-day",
        ),
        pytest.param(
            "grade_bands",
            'scheme = "default"\ngrade = "A"\nfrom_points = 5\nto_points = 4\n',
            "to_points must not be below from_points",
            id="grade-that-ends-before-it-begins",
        ),
        pytest.param(
            "grade_bands",
            'scheme = "default"\ngrade = "A"\n',
            "from_points is missing: give it, or the tag unknown",
            id="threshold-left-out",
        ),
    ],
)
def test_a_scale_that_cannot_be_is_refused(folder: Path, table: str, row: str, reason: str) -> None:
    founding = 'code = "default"\njurisdiction = "41"\nin_force_from = 2026-01-01\ntag = "default"\n'
    add(folder, table, f"\n[[{table}]]\n{founding}{row}")
    assert any(reason in fault for fault in refused(folder))


def test_all_faults_are_told_at_once(folder: Path) -> None:
    add(folder, "score_points", SCORE_ROW + "one = 1\ntwo = 2\n")
    (folder / "terms.toml").unlink()
    (folder / "choices.toml").write_text("choices = 5\n", encoding="utf-8")
    told = "\n".join(refused(folder))
    assert all(
        part in told for part in ("one:", "two:", "terms.toml: the file is missing", "array of tables")
    )


@pytest.mark.parametrize(
    ("source", "colour", "measures", "told"),
    [
        pytest.param("", "black", "[]", "colour: a red or black list needs a legal basis", id="black"),
        pytest.param("", "red", "[]", "colour: a red or black list needs a legal basis", id="red"),
        pytest.param("", "board", '["no_honours"]', "measures: only a list with a legal basis", id="board"),
        pytest.param(
            'source = { instrument = "某条例" }', "board", '["no_honours"]', "measures: only", id="sourced"
        ),
    ],
)
def test_no_list_and_no_measure_without_a_legal_basis(
    folder: Path, source: str, colour: str, measures: str, told: str
) -> None:
    add(
        folder,
        "list_regimes",
        f"""
[[list_regimes]]
code = "own_list"
in_force_from = 2026-01-01
{source}
tag = "default"
colour = "{colour}"
level = "city"
name_zh = "名单"
name_en = "List"
decided_by = ["city"]
consent_required = false
natural_persons_named = false
grounds = ["M48"]
measures = {measures}
published_on = "daily"
""",
    )
    assert any(told in fault for fault in refused(folder))


def test_a_missing_figure_must_be_tagged_unknown(folder: Path) -> None:
    columns = ('code = "x"', "in_force_from = 2026-01-01", 'unit = "day"', 'counts_from = "y"', 'tag = "{}"')
    row = "\n".join(["", "[[deadlines]]", *columns, ""])
    add(folder, "deadlines", row.format("unknown"))
    load_rulebook(folder)
    add(folder, "deadlines", row.format("recalled").replace('"x"', '"z"'))
    assert any("amount is missing" in fault for fault in refused(folder))


def test_the_lists_of_the_package_rest_on_law_and_the_board_on_none() -> None:
    regimes = {regime.code: regime for regime in load_rulebook().rows(ListRegime)}
    assert {(r.code, r.colour) for r in regimes.values()} == {
        ("henan_red", "red"),
        ("henan_black", "black"),
        ("metrology_board", "board"),
        ("national_serious", "pointer"),
        ("market_yellow_card", "card"),
        ("market_red_card", "card"),
    }
    assert {r.code for r in regimes.values() if r.measures} == {"henan_red", "henan_black"}
    for code in ("henan_red", "henan_black"):
        source = regimes[code].source
        assert isinstance(source, Source)
        assert source.instrument == "河南省社会信用条例"
    assert (regimes["metrology_board"].source, regimes["metrology_board"].measures) == (None, ())
    assert not any(regime.natural_persons_named for regime in regimes.values())


def test_an_officer_is_told_what_is_tagged_and_what_never_scores() -> None:
    told = problems(load_rulebook())
    kinds = {(problem.table, problem.code, problem.kind) for problem in told}
    assert ("score_schemes", "default", "default") in kinds
    assert ("publicity_periods", "samr2025.serious", "unknown") in kinds
    assert ("severities", "fine", "unknown") in kinds
    assert ("conducts", "false_data", "contested") in kinds
    assert ("violation_types", "M47", "unscored") in kinds
    assert not [problem for problem in told if problem.kind == "overlap"]


def test_of_three_schemes_found_in_print_only_what_was_found_is_known() -> None:
    """What domain research found: 100 and 80, twelve points and D up to three, higher is riskier."""
    rulebook, on = load_rulebook(), date(2026, 11, 20)
    places = {"baotou": "150203", "xiangshan": "330225", "hebei": "130102"}
    schemes = {name: rulebook.find(ScoreScheme, "default", place, on) for name, place in places.items()}
    assert {
        name: (row.base_points, row.ceiling_points, row.higher_is_better) for name, row in schemes.items()
    } == {
        "baotou": (10_000, 18_000, True),
        "xiangshan": (1_200, None, True),
        "hebei": (0, None, False),
    }
    known = {
        name: {band.grade for band in rulebook.in_force(GradeBand, place, on).values() if band.tag is None}
        for name, place in places.items()
    }
    assert known == {"baotou": set(), "xiangshan": {"D"}, "hebei": set()}
    for place in places.values():
        points = rulebook.in_force(ScorePoint, place, on).values()
        assert {row.points for row in points} == {None}, "no source gives the points of a fact"
        rows = [*points, *rulebook.in_force(ScoreDimension, place, on).values()]
        assert all(row.source is not None for row in rows)
    hebei = rulebook.in_force(ScoreDimension, places["hebei"], on)
    assert {code: row.weight for code, row in hebei.items()} == dict.fromkeys(
        ("professional", "general", "state")
    )
    assert rulebook.in_force(ScoreDimension, places["baotou"], on)["bonus"].ceiling_points == 8_000


def test_every_unsourced_row_is_told() -> None:
    rulebook = load_rulebook()
    told = {(problem.table, problem.code, problem.in_force_from) for problem in problems(rulebook)}
    rows = [row for table in TABLES for row in rulebook.rows(table) if row.source is None]
    assert rows
    assert all((row.table, row.code, row.in_force_from) in told for row in rows)


def test_the_default_scheme_is_the_proposal_to_the_point() -> None:
    points = load_rulebook().in_force(ScorePoint, "", date(2026, 11, 20))
    assert {code: (row.points, row.floor_points, row.ceiling_points) for code, row in points.items()} == {
        "violation.M43": (-500, -1500, None),
        "violation.M46": (-2000, None, None),
        "violation.M48": (-4000, None, None),
        "violation.K03": (-1500, None, None),
        "violation.C03": (-1000, None, None),
        "inspection.recheck_failed": (-1500, None, None),
        "inspection.refused": (-2000, None, None),
        "complaint.upheld": (-200, -1000, None),
        "pledge.broken": (-1000, None, None),
        "pledge": (300, None, 300),
        "designation": (500, None, 500),
        "fair_scale": (200, None, 200),
        "verification.on_time": (200, None, 200),
    }
    assert points["violation.M48"].direct_grade == "D"
