/**
 * The number formats of checkpoint files and their conversion to float32, which is all that TensorFlow.js computes in.
 * Files are little-endian, as is every machine Node.js and TensorFlow.js run on together.
 */

export type ElementType =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'U64'
  | 'I32'
  | 'U32'
  | 'I16'
  | 'U16'
  | 'I8'
  | 'U8'
  | 'BOOL';

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** The numbers in `bytes` as float32 (rounded to nearest where they do not fit). The bytes may start at any address. */
export function decodeElements(bytes: Uint8Array, type: ElementType): Float32Array {
  const width = ELEMENT_BYTES[type];
  if (bytes.length % width !== 0) {
    throw new Error(`${bytes.length} bytes are no whole number of ${type} elements of ${width} bytes.`);
  }
  // A typed array must start at a multiple of its width.
  const aligned: Uint8Array = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const buffer = aligned.buffer;
  const offset = aligned.byteOffset;
  const count = bytes.length / width;
  switch (type) {
    case 'F32':
      return new Float32Array(buffer, offset, count);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, offset, count));
    case 'F16':
      return mapHalves(new Uint16Array(buffer, offset, count), getHalfTable());
    case 'BF16':
      return decodeBfloat16(new Uint16Array(buffer, offset, count));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, offset, count), Number);
    case 'U64':
      return Float32Array.from(new BigUint64Array(buffer, offset, count), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(buffer, offset, count));
    case 'U32':
      return Float32Array.from(new Uint32Array(buffer, offset, count));
    case 'I16':
      return Float32Array.from(new Int16Array(buffer, offset, count));
    case 'U16':
      return Float32Array.from(new Uint16Array(buffer, offset, count));
    case 'I8':
      return Float32Array.from(new Int8Array(buffer, offset, count));
    case 'U8':
      return Float32Array.from(aligned);
    case 'BOOL':
      return Float32Array.from(aligned, (value) => (value === 0 ? 0 : 1));
    default:
      return type satisfies never;
  }
}

/**
 * The numbers as IEEE half precision, rounded to nearest even. Throws for a finite number beyond ±65504, which would
 * silently become infinite.
 */
export function encodeHalves(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < bits.length; index += 1) {
    const half = toHalf(bits[index] ?? 0);
    const isInfinite = (half & 0x7fff) === 0x7c00;
    if (isInfinite && Number.isFinite(values[index])) {
      throw new Error(`The number ${values[index]} is too large for half precision (at most 65504).`);
    }
    halves[index] = half;
  }
  return halves;
}

/** One float32, given by its bits, as the bits of the nearest half; ties go to the even one. */
function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  // 65520 is the first value that rounds to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // 2^-14 is the smallest normal half: rebias the exponent by 127 − 15 and drop 13 bits.
  if (magnitude >= 0x38800000) return sign | roundShift(magnitude - 0x38000000, 13);
  // Below 2^-25 everything rounds to zero.
  if (magnitude < 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  return sign | roundShift((magnitude & 0x7fffff) | 0x800000, shift);
}

function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

let halfTable: Float32Array | undefined;

/** Every half there is: 65,536 of them, made at first use. */
function getHalfTable(): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits));
  return halfTable;
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function mapHalves(halves: Uint16Array, table: Float32Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) values[index] = table[halves[index] ?? 0] ?? 0;
  return values;
}

/** A bfloat16 is the upper half of a float32. */
function decodeBfloat16(upperHalves: Uint16Array): Float32Array {
  const bits = new Uint32Array(upperHalves.length);
  for (let index = 0; index < bits.length; index += 1) bits[index] = (upperHalves[index] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}
