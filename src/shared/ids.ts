/**
 * Identifiers: UUID version 7 (RFC 9562), which sorts by the time it was made; of one process also within a
 * millisecond, and when the clock is set back.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';

// The 12 bits after the version count within a millisecond (RFC 9562, section 6.2, method 1). They start in their lower
// half, so that there is room for two thousand ids before the next millisecond is taken early.
const counterEnd = 0x1000;
const counterStartEnd = 0x800;

let latestMs = 0;
let counter = 0;

/** @returns a new UUIDv7, greater than all that this process has made: 48 bits of milliseconds, a count, random bits. */
export function createId(): string {
  const now = Date.now();
  counter += 1;
  if (now > latestMs || counter === counterEnd) {
    latestMs = Math.max(now, latestMs + 1);
    counter = randomInt(counterStartEnd);
  }
  const bytes = randomBytes(16);
  bytes.writeUIntBE(latestMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  return toUuid(bytes);
}

/** @returns the UUIDv8 of something that belongs to what has an id: always the same one. */
export function deriveId(id: string, purpose: string): string {
  const bytes = createHash('sha256').update(`${id} ${purpose}`).digest().subarray(0, 16);
  bytes.writeUInt16BE(0x8000 | (bytes.readUInt16BE(6) & 0xfff), 6);
  return toUuid(bytes);
}

/** Sets the variant of 16 bytes that have their version. */
function toUuid(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a UUID; a database refuses any other in a uuid column. */
export function isId(text: string): boolean {
  return uuidPattern.test(text);
}
