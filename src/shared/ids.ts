/** Identifiers: UUID version 7 (RFC 9562), which sorts by the time it was made. */
import { randomBytes } from 'node:crypto';

/** @returns a new UUIDv7: 48 bits of milliseconds, then random bits around version and variant. */
export function createId(now: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a UUID; a database refuses any other in a uuid column. */
export function isId(text: string): boolean {
  return uuidPattern.test(text);
}
