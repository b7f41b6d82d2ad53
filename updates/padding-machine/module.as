/**
 * padding-machine: an adaptive padding machine with two histograms.
 *
 * After a cell the machine waits for a time such as pages have between their bursts; if no cell comes, it sends a
 * padding cell and follows it by others at the pace of a burst, until its tokens are used up. Real traffic is
 * never held back. The way of WTF-PAD (Juarez and others, ESORICS 2016), with coarse histograms.
 */

const IDLE: u8 = 0;
const BURST: u8 = 1;
const GAP: u8 = 2;

const CELL_SENT: u32 = 1;
const CELL_RECEIVED: u32 = 2;
const PADDING_SENT: u32 = 3;

const NO_PADDING: i32 = -1;
/** Padding cells that one stretch of silence may cost. */
const TOKENS: u8 = 12;

/** Eight equally likely delays each, in ms: between bursts, and within one. */
const BETWEEN_BURSTS = memory.data<u16>([40, 70, 110, 160, 240, 380, 600, 1000]);
const WITHIN_BURST = memory.data<u16>([1, 2, 3, 5, 8, 12, 18, 30]);

function sample(histogram: usize, random: u32): i32 {
  // The topmost bits are the best of most generators.
  return load<u16>(histogram + (<usize>(random >> 29) << 1));
}

/** machine: byte 0 the state, byte 1 the tokens left; the core keeps them for each circuit. */
export function next_padding(event: u32, random: u32, machine: usize): i32 {
  if (event == CELL_SENT || event == CELL_RECEIVED) {
    // Tokens grow back with real traffic, so that padding follows it in volume.
    const tokens = load<u8>(machine, 1);
    store<u8>(machine, BURST);
    store<u8>(machine, <u8>min<u32>(<u32>tokens + 1, TOKENS), 1);
    return sample(BETWEEN_BURSTS, random);
  }
  if (event == PADDING_SENT) {
    const state = load<u8>(machine);
    const tokens = load<u8>(machine, 1);
    if ((state == BURST || state == GAP) && tokens > 0 && tokens <= TOKENS) {
      store<u8>(machine, GAP);
      store<u8>(machine, tokens - 1, 1);
      return sample(WITHIN_BURST, random);
    }
  }
  store<u8>(machine, IDLE);
  store<u8>(machine, 0, 1);
  return NO_PADDING;
}
