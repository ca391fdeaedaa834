/**
 * The wire format of Protocol Buffers, as far as reading a message needs it: fields one after another, each with its number.
 * It knows no schema. Nothing is copied, and nothing outside of the message is read, whatever the lengths in it say.
 */

export type ProtobufField = {
  readonly number: number;
  /** A number for the kinds varint and fixed32 (its bits); bytes for texts, bytes and messages. */
  readonly value: number | Uint8Array;
};

// Ten groups of seven bits hold 64.
const MAX_VARINT_BYTES = 10;

/**
 * The fields of a message in their order; those of 64 bits fixed are left out.
 *
 * @throws Error, starting with `what`, at a field that is cut off or of an unknown kind.
 */
export function* readProtobuf(bytes: Uint8Array, what: string): Generator<ProtobufField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const damaged = (detail: string) => new Error(`${what} is damaged at byte ${at} of a message: ${detail}.`);
  const readVarint = (): number => {
    let value = 0;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const byte = bytes[at];
      if (byte === undefined) throw damaged('it ends within a number');
      at += 1;
      // Beyond 2^53 digits are lost, which only makes a number too large for anything in use here.
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return value;
    }
    throw damaged('a number of more than 64 bits');
  };
  const skip = (count: number): number => {
    if (count > bytes.length - at) throw damaged(`a field of ${count} bytes, ${bytes.length - at} are left`);
    const start = at;
    at += count;
    return start;
  };
  while (at < bytes.length) {
    const key = readVarint();
    const number = Math.floor(key / 8);
    const kind = key % 8;
    if (kind === 0) yield { number, value: readVarint() };
    else if (kind === 1) skip(8);
    else if (kind === 2) {
      const length = readVarint();
      const start = skip(length);
      yield { number, value: bytes.subarray(start, start + length) };
    } else if (kind === 5) yield { number, value: view.getUint32(skip(4), true) };
    else throw damaged(`the unknown kind of field ${kind}`);
  }
}
