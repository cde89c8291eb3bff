"""Parquet, where pyarrow is installed (requirements-parquet.txt)."""

import io
from datetime import UTC, datetime

import pytest

from tests.hard_cases import NOTES, TEXT
from tests.test_spreadsheets import NAMES, lines, row

pyarrow = pytest.importorskip("pyarrow")
reading = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def parquet(monkeypatch):
    from annotations.interchange import parquet

    monkeypatch.setattr(parquet, "GROUP", 3)
    return parquet


def made(parquet, rows):
    file = io.BytesIO()
    parquet.write_table(lines(rows), file)
    return file


def test_columns_are_typed_and_empty_cells_are_null(parquet):
    notes = [*NOTES, TEXT]
    table = reading.read_table(made(parquet, [row(n, note) for n, note in enumerate(notes, 1)]))
    assert table.schema.names == ["row", *NAMES[1:]]
    assert [str(field.type) for field in table.schema] == [
        *("int64", "string", "bool", "double", "string", "string"),
        "timestamp[us, tz=UTC]",
    ]
    assert table["note"].to_pylist() == [note or None for note in notes]
    assert table["counts_as_bias"].to_pylist()[:2] == [True, None]
    then = datetime(2026, 2, 1, 12, 0, 0, 250, tzinfo=UTC)
    assert table["created_at"].to_pylist()[0] == then


def test_rows_are_written_group_by_group(parquet):
    file = reading.ParquetFile(made(parquet, [row(number, "") for number in range(1, 8)]))
    groups = range(file.metadata.num_row_groups)
    assert [file.metadata.row_group(number).num_rows for number in groups] == [3, 3, 1]
    assert reading.read_table(made(parquet, [])).num_rows == 0


def test_cell_of_another_kind_stops_the_file(parquet):
    with pytest.raises(ValueError, match="int64"):
        made(parquet, [["one", *row(1, "")[1:]]])


def test_same_rows_make_the_same_bytes(parquet):
    rows = [row(1, NOTES[1])]
    assert made(parquet, rows).getvalue() == made(parquet, rows).getvalue()
