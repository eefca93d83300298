"""A file is read strictly and row by row; what cannot be read is said with its place."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from registry.errors import Malformed
from registry.imports.files import RawRow, open_source


def written(folder: Path, content: bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path) -> list[RawRow]:
    return list(open_source(path).rows())


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["without mark", "with mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_csv_is_read_with_or_without_the_mark_of_utf8_and_with_either_line_end(
    tmp_path: Path, mark: bytes, end: str
) -> None:
    path = written(
        tmp_path, mark + end.join(["name,region", "李记,411502", "", '"王,记",411503', ""]).encode()
    )
    rows = read(path)
    assert [row.cells for row in rows] == [
        {"name": "李记", "region": "411502"},
        {"name": "王,记", "region": "411503"},
    ]
    assert [row.number for row in rows] == [2, 4]
    assert rows[-1].read_to == path.stat().st_size


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_csv_in_gb18030_is_read_with_every_character_that_it_has(tmp_path: Path, end: str) -> None:
    text = end.join(["name,region", "信阳市浉河区李记𠮷镕堃水产店,411502", '"王,记",411503', ""])
    path = written(tmp_path, text.encode("gb18030"))
    assert [row.cells["name"] for row in read(path)] == ["信阳市浉河区李记𠮷镕堃水产店", "王,记"]
    assert read(path)[-1].read_to == path.stat().st_size


def test_utf8_that_was_damaged_is_never_read_as_gb18030(tmp_path: Path) -> None:
    text = "name,region\n" + "李记水产店,411502\n" * 3
    damaged = text.encode().replace("产".encode(), b"\xe4\xba", 1)
    with pytest.raises(Malformed) as refused:
        open_source(written(tmp_path, damaged))
    assert refused.value.code == "import.encoding"
    assert refused.value.params["position"] == 21


def test_a_mark_of_utf8_means_utf8_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refused:
        open_source(written(tmp_path, b"\xef\xbb\xbfname\n" + "李记".encode("gb18030")))
    assert refused.value.params["likely"] == "UTF-8"


def test_the_position_of_a_wrong_byte_is_right_beyond_the_first_piece_read(tmp_path: Path) -> None:
    start = "号" * 400_000  # three bytes each, so that pieces end within a character
    path = written(tmp_path, start.encode() + b"\xff\n")
    with pytest.raises(Malformed) as refused:
        open_source(path)
    assert refused.value.params["position"] == 1_200_000


def test_a_file_that_ends_within_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refused:
        open_source(written(tmp_path, "name\n李".encode()[:-1]))
    assert refused.value.params["position"] == 5


def test_utf16_is_named(tmp_path: Path) -> None:
    with pytest.raises(Malformed) as refused:
        open_source(written(tmp_path, "name\n".encode("utf-16")))
    assert refused.value.params["likely"] == "UTF-16"


def test_an_empty_file_has_no_heading(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"import\.no_heading"):
        open_source(written(tmp_path, b""))


def test_a_heading_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"import\.heading_twice"):
        open_source(written(tmp_path, b"name,name\n"))


def test_columns_that_are_empty_to_the_end_are_left_out(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "name,region,,\n李记,411502,,\n".encode()))
    assert rows[0].cells == {"name": "李记", "region": "411502"}


def test_a_row_that_is_no_csv_is_refused_and_the_next_one_is_read(tmp_path: Path) -> None:
    rows = read(written(tmp_path, 'name,region\n"李"记,411502\n王记,411502\n'.encode()))
    assert [row.refusal.code if row.refusal else None for row in rows] == ["import.csv", None]


def test_more_cells_than_headings_refuse_the_row(tmp_path: Path) -> None:
    rows = read(written(tmp_path, "name,region\n李记,东方红大道,411502\n".encode()))
    assert rows[0].refusal is not None
    assert rows[0].refusal.code == "import.too_many_cells"


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", "3", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '{"a": ' + "9" * 5000 + "e}"],
)
def test_a_line_that_is_no_json_object_is_refused_and_the_next_one_is_read(tmp_path: Path, line: str) -> None:
    rows = read(written(tmp_path, f'{line}\n{{"name": "李记"}}\n'.encode(), "rows.jsonl"))
    assert [(row.number, row.refusal is None) for row in rows] == [(1, False), (2, True)]


def test_numbers_of_json_keep_every_digit(tmp_path: Path) -> None:
    rows = read(written(tmp_path, b'{"fine_yuan": 85449.80, "quantity": 2}\n', "rows.jsonl"))
    assert rows[0].cells == {"fine_yuan": "85449.80", "quantity": "2"}


@for_all(content=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".jsonl"]))
def test_no_content_of_a_file_raises_anything_but_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    path = written(tmp_path_factory.mktemp("any"), content, f"any{suffix}")
    try:
        rows = read(path)
    except Malformed:
        return
    assert all(row.read_to <= len(content) for row in rows)


def test_a_csv_of_any_length_is_read_a_row_at_a_time(tmp_path: Path) -> None:
    path = written(tmp_path, b"name,region\n" + "浉河区某店,411502\n".encode() * 200_000)
    tracemalloc.start()
    rows = sum(1 for _ in open_source(path).rows())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 200_000
    assert most < path.stat().st_size
