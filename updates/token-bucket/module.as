/**
 * token-bucket: an address may open 90 circuits in a burst, and three a second from then on.
 *
 * The figures are those of Tor's own defence (DoSCircuitCreationBurst, DoSCircuitCreationRate). Each address has
 * one of 30 buckets, by its hash; the state holds a credit in thousandths of a circuit and a time for each.
 */

/** Where the state lies in every hook's memory. */
const STATE: usize = 64;
const BUCKETS: u32 = 30;
const BUCKET_BYTES: u32 = 8;
const BURST: u32 = 90_000;
const CREDIT_PER_MS: u64 = 3;
const PRICE: u32 = 1000;
const MAX_CONCURRENT: u32 = 100;

const TAKE: i32 = 0;
const REFUSE: i32 = 1;

export function take_connection(addressHash: u32, openFromAddress: u32, nowMs: u32): i32 {
  if (openFromAddress >= MAX_CONCURRENT) return REFUSE;
  const bucket = STATE + (addressHash % BUCKETS) * BUCKET_BYTES;
  const then = load<u32>(bucket, 4);
  // Time zero stands for "never used", and the bucket is full.
  let credit: u32 = BURST;
  if (then != 0) {
    // The clock wraps around after 49 days; the difference does not mind.
    const earned = CREDIT_PER_MS * (nowMs - then) + load<u32>(bucket);
    credit = <u32>min<u64>(earned, BURST);
  }
  store<u32>(bucket, max<u32>(nowMs, 1), 4);
  if (credit < PRICE) {
    store<u32>(bucket, credit);
    return REFUSE;
  }
  store<u32>(bucket, credit - PRICE);
  return TAKE;
}
