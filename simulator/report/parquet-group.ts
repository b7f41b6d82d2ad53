/**
 * A group of rows of a Parquet file, encoded before it is known where in the file it will stand.
 *
 * Of its bytes nothing depends on that; of what the file's end says of it, some offsets do.
 */

import type * as Parquet from 'hyparquet-writer';
import type { ColumnSource, SchemaElement } from 'hyparquet-writer';

type Writer = Parquet.ParquetWriter;

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

/** Writes a group to a file, in which it comes next. It may be written to several. */
export function placeGroup(parquet: Writer, { bytes, offset, described }: ParquetGroup): void {
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
  parquet.row_groups.push(...placed.row_groups);
  parquet.pendingIndexes.push(...placed.pendingIndexes);
  for (const { num_rows } of placed.row_groups) parquet.num_rows += num_rows;
}
