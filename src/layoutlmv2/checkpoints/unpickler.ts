/**
 * A reader of the few pickle opcodes that PyTorch writes for a table of tensors. A pickle is a program; this machine can
 * only build lists, tables and inert names. What a name may be called with, if anything, the caller decides.
 */

/** A value of a pickle; `T` is what the handlers make of names and persistent ids. */
export type PickleValue<T> =
  | null
  | boolean
  | number
  | bigint
  | string
  | { readonly kind: 'tuple'; readonly items: readonly PickleValue<T>[] }
  | { readonly kind: 'list'; readonly items: PickleValue<T>[] }
  | {
      readonly kind: 'dict';
      readonly entries: Map<PickleValue<T>, PickleValue<T>>;
      /** A `collections.OrderedDict`, which unlike a plain dict may be given a state (that is discarded). */
      readonly isOrdered: boolean;
    }
  /** The name of something in Python, e.g. `torch FloatStorage`; never the thing itself. */
  | { readonly kind: 'global'; readonly name: string }
  | { readonly kind: 'external'; readonly value: T };

export type PickleHandlers<T> = {
  /** Whether a name, as `module name`, may occur at all. */
  readonly allows: (name: string) => boolean;
  /** What calling a name with these arguments gives; throws for anything that may not be called so. */
  readonly call: (name: string, args: readonly PickleValue<T>[]) => PickleValue<T>;
  /** What a persistent id stands for. */
  readonly load: (id: PickleValue<T>) => PickleValue<T>;
};

/** The bytes end within the pickle; more of them may help. */
export class TruncatedPickleError extends Error {}

// Far more than the largest published checkpoints need (tens of thousands), far less than would exhaust memory.
const MAX_STACK_DEPTH = 1_000_000;
const MAX_MEMO_SIZE = 1_000_000;
// Tensor names and module paths are short.
const MAX_STRING_BYTES = 65_536;
const PROTOCOL = 2;

/**
 * Runs one pickle that starts at `start` and gives its value and the position behind it.
 *
 * @throws TruncatedPickleError when the bytes end too early; Error that names the opcode, the name or the limit when the
 * pickle does anything but build tensors.
 */
export function unpickle<T>(
  bytes: Uint8Array,
  start: number,
  handlers: PickleHandlers<T>,
): { value: PickleValue<T>; end: number } {
  const read = createReader(bytes, start);
  const memo = new Map<number, PickleValue<T>>();
  let stack: PickleValue<T>[] = [];
  // Stacks put aside by marks.
  const marked: PickleValue<T>[][] = [];

  function push(value: PickleValue<T>): void {
    if (stack.length >= MAX_STACK_DEPTH || marked.length >= MAX_STACK_DEPTH) {
      throw new Error(`The pickle needs a stack of more than ${MAX_STACK_DEPTH} values.`);
    }
    stack.push(value);
  }
  function pop(): PickleValue<T> {
    const value = stack.pop();
    if (value === undefined)
      throw new Error(`The pickle takes from an empty stack at byte ${read.position()}.`);
    return value;
  }
  function top(): PickleValue<T> {
    const value = stack.at(-1);
    if (value === undefined)
      throw new Error(`The pickle takes from an empty stack at byte ${read.position()}.`);
    return value;
  }
  function popToMark(): PickleValue<T>[] {
    const items = stack;
    const outer = marked.pop();
    if (outer === undefined)
      throw new Error(`The pickle has no mark to go back to at byte ${read.position()}.`);
    stack = outer;
    return items;
  }
  function popMany(count: number): PickleValue<T>[] {
    const items = Array.from({ length: count }, pop);
    return items.reverse();
  }
  function remember(index: number): void {
    if (memo.size >= MAX_MEMO_SIZE)
      throw new Error(`The pickle remembers more than ${MAX_MEMO_SIZE} values.`);
    memo.set(index, top());
  }
  function recall(index: number): PickleValue<T> {
    const value = memo.get(index);
    if (value === undefined) throw new Error(`The pickle recalls value ${index}, which it never stored.`);
    return value;
  }
  function append(items: readonly PickleValue<T>[]): void {
    const list = top();
    if (!isKind(list, 'list')) throw new Error('The pickle appends to something that is no list.');
    for (const item of items) list.items.push(item);
  }
  function setItems(items: readonly PickleValue<T>[]): void {
    const dict = top();
    if (!isKind(dict, 'dict')) throw new Error('The pickle sets items of something that is no dictionary.');
    if (items.length % 2 !== 0) throw new Error('The pickle sets a key without a value.');
    for (let index = 0; index < items.length; index += 2) {
      dict.entries.set(items[index] ?? null, items[index + 1] ?? null);
    }
  }
  function global(): PickleValue<T> {
    const name = `${read.line()} ${read.line()}`;
    if (!handlers.allows(name)) {
      throw new Error(`The pickle refers to ${JSON.stringify(name)}, which no table of tensors needs.`);
    }
    return { kind: 'global', name };
  }
  function reduce(): PickleValue<T> {
    const args = pop();
    const callee = pop();
    if (!isKind(callee, 'global') || !isKind(args, 'tuple')) {
      throw new Error('The pickle calls something that is no function.');
    }
    return handlers.call(callee.name, args.items);
  }
  function build(): void {
    pop();
    const target = top();
    if (!isKind(target, 'dict') || !target.isOrdered) {
      throw new Error('The pickle gives a state to something that is no OrderedDict.');
    }
  }

  for (;;) {
    const opcode = read.byte();
    switch (opcode) {
      case 0x80: {
        const protocol = read.byte();
        if (protocol !== PROTOCOL) {
          throw new Error(`The pickle has protocol ${protocol}; PyTorch writes protocol ${PROTOCOL}.`);
        }
        break;
      }
      case 0x2e: // STOP
        return { value: pop(), end: read.position() };
      case 0x28: // MARK
        if (marked.length >= MAX_STACK_DEPTH) throw new Error('The pickle nests too deeply.');
        marked.push(stack);
        stack = [];
        break;
      case 0x63: // GLOBAL
        push(global());
        break;
      case 0x71: // BINPUT
        remember(read.byte());
        break;
      case 0x72: // LONG_BINPUT
        remember(read.uint32());
        break;
      case 0x68: // BINGET
        push(recall(read.byte()));
        break;
      case 0x6a: // LONG_BINGET
        push(recall(read.uint32()));
        break;
      case 0x29: // EMPTY_TUPLE
        push({ kind: 'tuple', items: [] });
        break;
      case 0x74: {
        // TUPLE
        const items = popToMark();
        push({ kind: 'tuple', items });
        break;
      }
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        push({ kind: 'tuple', items: popMany(opcode - 0x84) });
        break;
      case 0x7d: // EMPTY_DICT
        push({ kind: 'dict', entries: new Map(), isOrdered: false });
        break;
      case 0x5d: // EMPTY_LIST
        push({ kind: 'list', items: [] });
        break;
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popToMark());
        break;
      case 0x73: // SETITEM
        setItems(popMany(2));
        break;
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x58: // BINUNICODE
        push(read.text());
        break;
      case 0x4b: // BININT1
        push(read.byte());
        break;
      case 0x4d: // BININT2
        push(read.uint16());
        break;
      case 0x4a: // BININT
        push(read.int32());
        break;
      case 0x8a: // LONG1
        push(read.long());
        break;
      case 0x47: // BINFLOAT
        push(read.float64());
        break;
      case 0x88: // NEWTRUE
        push(true);
        break;
      case 0x89: // NEWFALSE
        push(false);
        break;
      case 0x4e: // NONE
        push(null);
        break;
      case 0x51: // BINPERSID
        push(handlers.load(pop()));
        break;
      case 0x52: // REDUCE
        push(reduce());
        break;
      case 0x62: // BUILD
        build();
        break;
      default:
        throw new Error(
          `The pickle has the opcode 0x${opcode.toString(16)} at byte ${read.position() - 1}, which no table of tensors needs.`,
        );
    }
  }
}

/** Narrows a value to one of the kinds that are objects. */
export function isKind<
  T,
  K extends Exclude<PickleValue<T>, null | boolean | number | bigint | string>['kind'],
>(value: PickleValue<T> | undefined, kind: K): value is Extract<PickleValue<T>, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

function createReader(bytes: Uint8Array, start: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let position = start;

  /** The position of the next `length` bytes, which are then read. */
  function take(length: number): number {
    if (position + length > bytes.length) {
      throw new TruncatedPickleError(`The pickle is cut short at byte ${bytes.length}.`);
    }
    position += length;
    return position - length;
  }
  function takeText(length: number): string {
    if (length > MAX_STRING_BYTES) {
      throw new Error(`The pickle has a text of ${length} bytes; the limit is ${MAX_STRING_BYTES}.`);
    }
    const from = take(length);
    try {
      return decoder.decode(bytes.subarray(from, from + length));
    } catch (error) {
      throw new Error(`The pickle has a text at byte ${from} that is no UTF-8.`, { cause: error });
    }
  }

  return {
    position: () => position,
    byte: () => view.getUint8(take(1)),
    uint16: () => view.getUint16(take(2), true),
    uint32: () => view.getUint32(take(4), true),
    int32: () => view.getInt32(take(4), true),
    // The one big-endian number of the format.
    float64: () => view.getFloat64(take(8), false),
    text: () => takeText(view.getUint32(take(4), true)),
    line(): string {
      const end = bytes.indexOf(0x0a, position);
      if (end < 0 && bytes.length - position <= MAX_STRING_BYTES) take(bytes.length - position + 1);
      const text = takeText(end < 0 ? bytes.length - position : end - position);
      take(1);
      return text;
    },
    /** A little-endian two's complement number of up to 255 bytes; a number where it fits, else a bigint. */
    long(): number | bigint {
      const length = view.getUint8(take(1));
      const from = take(length);
      let value = 0n;
      for (let index = length - 1; index >= 0; index -= 1) {
        value = (value << 8n) | BigInt(view.getUint8(from + index));
      }
      const signed = BigInt.asIntN(8 * length, value);
      const asNumber = Number(signed);
      return Number.isSafeInteger(asNumber) ? asNumber : signed;
    },
  };
}
