/**
 * A group of rows of a Parquet file, encoded before it is known where in the file it will stand.
 *
 * Of its bytes nothing depends on that; of what the file's end says of it, some offsets do.
 */

import type * as Parquet from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';

type Writer = Parquet.ParquetWriter;
type RowGroup = Writer['row_groups'][number];

export interface ParquetGroup {
  readonly bytes: Uint8Array;
  /** Where the bytes began when they were encoded. */
  readonly offset: number;
  readonly described: Pick<Writer, 'row_groups' | 'pendingIndexes'>;
}

/** Encodes columns of so many rows by themselves. */
export function encodeGroup(
  { ByteWriter, ParquetWriter }: Pick<typeof Parquet, 'ByteWriter' | 'ParquetWriter'>,
  schema: SchemaElement[],
  columnData: ColumnSource[],
  rows: number,
): ParquetGroup {
  const writer = new ByteWriter();
  const parquet = new ParquetWriter({ writer, schema });
  const { offset } = writer;
  parquet.write({ columnData, rowGroupSize: rows });
  return { bytes: writer.getBytes().slice(offset), offset, described: parquet };
}

/** Writes a group to a file, in which it comes next, from the groups of its columns. They may be written to several. */
export function placeGroup(parquet: Writer, parts: readonly ParquetGroup[]): void {
  const placed = parts.map((part) => placePart(parquet, part));
  const [first] = placed as [RowGroup];
  const sum = (numberOf: (group: RowGroup) => bigint): bigint =>
    placed.reduce((all, group) => all + numberOf(group), 0n);
  parquet.row_groups.push({
    columns: placed.flatMap(({ columns }) => columns),
    total_byte_size: sum(({ total_byte_size }) => total_byte_size),
    num_rows: first.num_rows,
    total_compressed_size: sum(({ total_compressed_size }) => total_compressed_size!),
  });
  parquet.num_rows += first.num_rows;
}

/** Writes some columns of a group; answers what the file's end is to say of them. */
function placePart(parquet: Writer, { bytes, offset, described }: ParquetGroup): RowGroup {
  const { row_groups, pendingIndexes } = described;
  const placed = structuredClone({ row_groups, pendingIndexes });
  const by = parquet.writer.offset - offset;
  const moved = <Offset extends bigint | undefined>(from: Offset): Offset =>
    (from === undefined ? from : from + BigInt(by)) as Offset;
  for (const { chunk, offsetIndex } of placed.pendingIndexes) {
    chunk.file_offset = moved(chunk.file_offset);
    const { meta_data } = chunk;
    if (meta_data !== undefined) {
      meta_data.data_page_offset = moved(meta_data.data_page_offset);
      if (meta_data.dictionary_page_offset !== undefined)
        meta_data.dictionary_page_offset = moved(meta_data.dictionary_page_offset);
    }
    for (const location of offsetIndex?.page_locations ?? []) location.offset = moved(location.offset);
  }
  parquet.writer.appendBytes(bytes);
  parquet.pendingIndexes.push(...placed.pendingIndexes);
  return placed.row_groups[0]!;
}
