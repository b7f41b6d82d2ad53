/**
 * The functions that admission adds to a module to keep its scratch memory from one call to the next clean.
 *
 * Stores mark the chunk that they touch in a global. The wipe zeroes the marked chunks, all but the windows that the
 * host writes anyway, and lays out the module's data that lay in them.
 */

import type { ByteWriter } from './byte-writer.ts';
import type { DecodedModule } from './decoded-module.ts';
import { CHUNK_BYTES, CHUNK_SHIFT, type MemoryLayout, PAGE_BYTES } from './memory-layout.ts';
import { EMPTY_BLOCK, OP, PREFIXED } from './opcodes.ts';

/** A store of up to 8 bytes can reach this far into the next chunk. */
const STRADDLE_BYTES = 7;

/** Indices of the globals that admission adds. */
export interface AddedGlobals {
  readonly fuel: number;
  readonly dirty: number;
}

/** (address, length): pays length / 8, saturating, and marks every chunk that the range touches. */
export function writeBulkGuard(code: ByteWriter, { fuel, dirty }: AddedGlobals): void {
  const units = (): ByteWriter => code.op(OP.localGet, 1, OP.i32Const, 3, OP.i32ShrU);
  units().op(OP.globalGet).u32(fuel).op(OP.i32GtU, OP.if, EMPTY_BLOCK);
  code.op(OP.i32Const).s32(-1).op(OP.globalSet).u32(fuel).op(OP.unreachable, OP.end);
  code.op(OP.globalGet).u32(fuel);
  units().op(OP.i32Sub, OP.globalSet).u32(fuel);
  code.op(OP.localGet, 1, OP.if, EMPTY_BLOCK);
  // dirty |= (-1 << first chunk) & (-1 >>> (31 - last chunk))
  code.op(OP.globalGet).u32(dirty);
  code.op(OP.i32Const).s32(-1).op(OP.localGet, 0, OP.i32Const, CHUNK_SHIFT, OP.i32ShrU, OP.i32Shl);
  code.op(OP.i32Const).s32(-1).op(OP.i32Const, 31);
  code.op(OP.localGet, 0, OP.localGet, 1, OP.i32Add, OP.i32Const, 1, OP.i32Sub);
  code.op(OP.i32Const, CHUNK_SHIFT, OP.i32ShrU, OP.i32Sub, OP.i32ShrU);
  code.op(OP.i32And, OP.i32Or, OP.globalSet).u32(dirty).op(OP.end);
}

/** Zeroes the marked chunks, except for the windows, and lays out the data that lay in them. */
export function writeWipe(
  code: ByteWriter,
  module: DecodedModule,
  layout: MemoryLayout,
  dirty: number,
): void {
  const [marks, at] = [0, 1];
  const windowChunks = layout.scratchAt / CHUNK_BYTES;
  const windowMask = 2 ** windowChunks - 1;
  code.op(OP.globalGet).u32(dirty).op(OP.i32Const).s32(windowMask).op(OP.i32And, OP.if, EMPTY_BLOCK);
  for (const [index, gap] of layout.gaps.entries()) {
    // A store in front of scratch reaches into it.
    const reach = index === layout.gaps.length - 1 ? STRADDLE_BYTES : 0;
    writeFill(code, gap.at, gap.bytes + reach);
  }
  code.op(OP.end);
  code.op(OP.globalGet).u32(dirty).op(OP.i32Const).s32(~windowMask).op(OP.i32And, OP.localSet, marks);
  code.op(OP.block, EMPTY_BLOCK, OP.loop, EMPTY_BLOCK);
  code.op(OP.localGet, marks, OP.i32Eqz, OP.brIf, 1);
  code.op(OP.localGet, marks, OP.i32Ctz, OP.i32Const, CHUNK_SHIFT, OP.i32Shl, OP.localTee, at);
  code.op(OP.i32Const, 0);
  // The last chunk has nothing behind it.
  code
    .op(OP.i32Const)
    .s32(CHUNK_BYTES)
    .op(OP.i32Const)
    .s32(CHUNK_BYTES + STRADDLE_BYTES);
  code
    .op(OP.localGet, at, OP.i32Const)
    .s32(PAGE_BYTES - CHUNK_BYTES)
    .op(OP.i32Eq, OP.select);
  code.op(OP.prefixed, PREFIXED.memoryFill, 0);
  code.op(OP.localGet, marks, OP.localGet, marks, OP.i32Const, 1, OP.i32Sub, OP.i32And, OP.localSet, marks);
  code.op(OP.br, 0, OP.end, OP.end);
  writeDataLayout(code, module, dirty);
  code.op(OP.i32Const, 0, OP.globalSet).u32(dirty);
}

function writeDataLayout(code: ByteWriter, { segments }: DecodedModule, dirty: number): void {
  const masks: number[] = [];
  for (const [index, { address, from, to }] of segments.entries()) {
    const length = to - from;
    if (length === 0) continue;
    // The wipe of the chunk before reaches into a segment's first chunk.
    const first = Math.max(0, address - STRADDLE_BYTES) >>> CHUNK_SHIFT;
    const last = (address + length - 1) >>> CHUNK_SHIFT;
    let mask = (-1 << first) & (-1 >>> (31 - last));
    // A segment lies on top of the earlier ones it overlaps, and must follow them.
    for (const [other, earlier] of segments.slice(0, index).entries()) {
      const overlaps =
        address < earlier.address + (earlier.to - earlier.from) && earlier.address < address + length;
      if (overlaps) mask |= masks[other] ?? 0;
    }
    masks[index] = mask;
    code.op(OP.globalGet).u32(dirty).op(OP.i32Const).s32(mask).op(OP.i32And, OP.if, EMPTY_BLOCK);
    code.op(OP.i32Const).s32(address).op(OP.i32Const, 0).op(OP.i32Const).s32(length);
    code.op(OP.prefixed, PREFIXED.memoryInit).u32(index).op(0, OP.end);
  }
}

function writeFill(code: ByteWriter, at: number, bytes: number): void {
  code.op(OP.i32Const).s32(at).op(OP.i32Const, 0, OP.i32Const).s32(bytes);
  code.op(OP.prefixed, PREFIXED.memoryFill, 0);
}
