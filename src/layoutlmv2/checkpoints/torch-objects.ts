/**
 * What a PyTorch pickle of a state dict is made of: tensors that are views into storages. The pickle only describes them;
 * the numbers lie elsewhere in the file and are read later, per tensor.
 */
import { ELEMENT_BYTES, type ElementType } from './element-types.js';
import { checkedElementCount } from './tensor-source.js';
import { isKind, type PickleHandlers, type PickleValue } from './unpickler.js';

/** A run of numbers in the file. */
export type TorchStorage = {
  readonly kind: 'storage';
  /** The name of its bytes in the file. */
  readonly key: string;
  /** Null for untyped bytes, whose type each tensor gives. */
  readonly type: ElementType | null;
  /** Elements (bytes where untyped) that the file holds under the key. */
  readonly count: number;
  /** The part of them that this is: all, but for views in very old files. */
  readonly viewOffset: number;
  readonly viewCount: number;
};

/** One tensor: element `[i, j, …]` is element `offset + i · strides[0] + j · strides[1] + …` of its storage. */
export type TorchTensor = {
  readonly kind: 'tensor';
  readonly storageKey: string;
  readonly type: ElementType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
};

type TorchObject = TorchStorage | TorchTensor;
type Value = PickleValue<TorchObject>;

const STORAGE_TYPES: ReadonlyMap<string, ElementType> = new Map([
  ['torch FloatStorage', 'F32'],
  ['torch DoubleStorage', 'F64'],
  ['torch HalfStorage', 'F16'],
  ['torch BFloat16Storage', 'BF16'],
  ['torch LongStorage', 'I64'],
  ['torch IntStorage', 'I32'],
  ['torch ShortStorage', 'I16'],
  ['torch CharStorage', 'I8'],
  ['torch ByteStorage', 'U8'],
  ['torch BoolStorage', 'BOOL'],
]);

const UNTYPED_STORAGE = 'torch.storage UntypedStorage';

/** Types without a storage of their own, named beside untyped bytes. */
const TENSOR_TYPES: ReadonlyMap<string, ElementType> = new Map([
  ['torch uint16', 'U16'],
  ['torch uint32', 'U32'],
  ['torch uint64', 'U64'],
]);

const ORDERED_DICT = 'collections OrderedDict';
const REBUILD_TENSOR = 'torch._utils _rebuild_tensor_v2';
const REBUILD_TYPED_TENSOR = 'torch._utils _rebuild_tensor_v3';
const REBUILD_PARAMETER = 'torch._utils _rebuild_parameter';
const FUNCTIONS = new Set([ORDERED_DICT, REBUILD_TENSOR, REBUILD_TYPED_TENSOR, REBUILD_PARAMETER]);

// Published models have hundreds of tensors, of at most 192 million elements (a word table in 250,000 words).
const MAX_TENSORS = 100_000;
const MAX_ELEMENTS = 2 ** 30;

/** The handlers for one pickle, and the storages they have met. */
export type TorchUnpickling = {
  readonly handlers: PickleHandlers<TorchObject>;
  /** By key; the pickle may name one many times, each time the same. */
  readonly storages: ReadonlyMap<string, TorchStorage>;
};

/** Handlers for one pickle that allow tables of tensors and nothing else. */
export function createTorchUnpickling(): TorchUnpickling {
  const storages = new Map<string, TorchStorage>();
  let tensorCount = 0;

  function rebuildTensor(name: string, args: readonly Value[], type: Value): Value {
    tensorCount += 1;
    if (tensorCount > MAX_TENSORS) throw new Error(`The checkpoint has more than ${MAX_TENSORS} tensors.`);
    return { kind: 'external', value: parseTensor(name, args, type) };
  }

  return {
    storages,
    handlers: {
      allows: (name) =>
        FUNCTIONS.has(name) || STORAGE_TYPES.has(name) || TENSOR_TYPES.has(name) || name === UNTYPED_STORAGE,
      load(id) {
        const storage = parseStorage(id);
        const known = storages.get(storage.key);
        if (known !== undefined && (known.type !== storage.type || known.count !== storage.count)) {
          throw new Error(`The checkpoint describes its storage "${storage.key}" in two ways.`);
        }
        storages.set(storage.key, storage);
        return { kind: 'external', value: storage };
      },
      call(name, args) {
        if (name === ORDERED_DICT && args.length === 0) {
          return { kind: 'dict', entries: new Map(), isOrdered: true };
        }
        if (name === REBUILD_TENSOR && (args.length === 6 || args.length === 7)) {
          return rebuildTensor(name, args, null);
        }
        if (name === REBUILD_TYPED_TENSOR && (args.length === 7 || args.length === 8)) {
          return rebuildTensor(name, args, args[6] ?? null);
        }
        const [tensor] = args;
        if (
          name === REBUILD_PARAMETER &&
          args.length === 3 &&
          externalOf(tensor, 'tensor') &&
          tensor !== undefined
        ) {
          return tensor;
        }
        throw new Error(`The pickle calls ${name} with ${args.length} arguments that do not fit.`);
      },
    },
  };
}

/** The tensors of an unpickled state dict by name; throws when it is none. */
export function tensorsOfStateDict(value: Value, path: string): Map<string, TorchTensor> {
  if (!isKind(value, 'dict')) throw new Error(`${path} holds no table of tensors.`);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, entry] of value.entries) {
    const tensor = externalOf(entry, 'tensor');
    if (typeof name !== 'string' || tensor === undefined) {
      throw new Error(`${path} is no plain table of tensors: its entry ${describe(name)} is no tensor.`);
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

/** `('storage', type, key, location, count)`, in the old format followed by None or `(view key, offset, count)`. */
function parseStorage(id: Value): TorchStorage {
  const items = isKind(id, 'tuple') ? id.items : [];
  const [tag, typeName, key, , count, view = null] = items;
  const isKnown =
    isKind(typeName, 'global') && (STORAGE_TYPES.has(typeName.name) || typeName.name === UNTYPED_STORAGE);
  if (items.length < 5 || items.length > 6 || tag !== 'storage' || !isKnown || typeof key !== 'string') {
    throw new Error('The pickle refers to something outside itself that is no storage.');
  }
  if (!isCount(count)) throw new Error(`Storage "${key}" has the impossible size ${describe(count)}.`);
  const type = STORAGE_TYPES.get(typeName.name) ?? null;
  const whole = { kind: 'storage', key, type, count } as const;
  if (view === null) return { ...whole, viewOffset: 0, viewCount: count };
  const [, viewOffset, viewCount] = isKind(view, 'tuple') ? view.items : [];
  if (!isCount(viewOffset) || !isCount(viewCount) || viewOffset + viewCount > count) {
    throw new Error(`Storage "${key}" of ${count} elements has a view beyond its end.`);
  }
  return { ...whole, viewOffset, viewCount };
}

/** The arguments `(storage, offset, shape, strides, …)` of a tensor, checked to lie within the storage. */
function parseTensor(name: string, args: readonly Value[], typeName: Value): TorchTensor {
  const [storageValue, offset, shapeValue, stridesValue] = args;
  const storage = externalOf(storageValue, 'storage');
  const shape = countsOf(shapeValue);
  const strides = countsOf(stridesValue);
  if (!storage || !isCount(offset) || !shape || !strides || shape.length !== strides.length) {
    throw new Error(
      `The pickle calls ${name} with a storage, an offset, a shape or strides that do not fit.`,
    );
  }
  const what = `A tensor of storage "${storage.key}"`;
  const type = storage.type ?? typeOfUntyped(typeName, what);
  const available =
    storage.type === null ? Math.floor(storage.viewCount / ELEMENT_BYTES[type]) : storage.viewCount;
  const elements = checkedElementCount(shape, what, MAX_ELEMENTS);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
  if (elements > 0 && !(last < available)) {
    throw new Error(`${what} reaches to element ${last}, but the storage has only ${available}.`);
  }
  return {
    kind: 'tensor',
    storageKey: storage.key,
    type,
    offset: offset + storage.viewOffset,
    shape,
    strides,
  };
}

function typeOfUntyped(typeName: Value, what: string): ElementType {
  const type = isKind(typeName, 'global') ? TENSOR_TYPES.get(typeName.name) : undefined;
  if (type === undefined) throw new Error(`${what} has an element type that is not supported.`);
  return type;
}

function externalOf<K extends TorchObject['kind']>(
  value: Value | undefined,
  kind: K,
): Extract<TorchObject, { kind: K }> | undefined {
  const isOfKind = (object: TorchObject): object is Extract<TorchObject, { kind: K }> => object.kind === kind;
  return isKind(value, 'external') && isOfKind(value.value) ? value.value : undefined;
}

function countsOf(value: Value | undefined): number[] | undefined {
  if (!isKind(value, 'tuple')) return undefined;
  const counts = value.items.filter(isCount);
  return counts.length === value.items.length ? counts : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function describe(value: Value | undefined): string {
  return typeof value === 'object' && value !== null ? `a ${value.kind}` : JSON.stringify(String(value));
}
