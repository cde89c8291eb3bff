"""A CSV of ours as a Parquet file: typed columns for pandas, Polars, DuckDB and R's arrow.

pyarrow is an optional extra (requirements-parquet.txt): importing this module without it raises
ModuleNotFoundError.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow
from pyarrow import csv, parquet

from annotations.interchange.cells import Kind, kind_of, rows

GROUP = 50_000  # rows of a row group
BLOCK = 4 * 1024 * 1024  # bytes that are read at a time; a row has to fit
TYPES = {
    Kind.WORDS: pyarrow.string(),
    Kind.INTEGER: pyarrow.int64(),
    Kind.NUMBER: pyarrow.float64(),
    Kind.TRUTH: pyarrow.bool_(),
    Kind.TIME: pyarrow.timestamp("us", tz="UTC"),
    Kind.DAY: pyarrow.date32(),
}


def write_table(lines: BinaryIO, file: BinaryIO) -> None:
    """Write the rows of a lossless CSV. An empty cell is null. Memory: one row group.

    Raises ValueError if a cell is not of its column's kind: the file would say something else
    than the CSV.
    """
    names = next(rows(lines))
    lines.seek(0)
    types = [TYPES[kind_of(name)] for name in names]
    schema = pyarrow.schema(list(zip(names, types, strict=True)))
    batches = csv.open_csv(
        lines,
        # The CSV's own header, of which the first column is called otherwise here, is passed over.
        read_options=csv.ReadOptions(
            block_size=BLOCK, use_threads=False, column_names=names, skip_rows=1
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            true_values=["true"],
            false_values=["false"],
            timestamp_parsers=[csv.ISO8601],
        ),
    )
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _groups(batches):
            writer.write_table(group, row_group_size=GROUP)


def _groups(batches: Any) -> Iterator[Any]:
    """Yield the batches as tables of GROUP rows, and one of those left."""
    waiting = pyarrow.Table.from_batches([], batches.schema)
    for batch in batches:
        waiting = pyarrow.concat_tables([waiting, pyarrow.Table.from_batches([batch])])
        while len(waiting) >= GROUP:
            yield waiting[:GROUP]
            waiting = waiting[GROUP:]
    if len(waiting):
        yield waiting
