/**
 * Makes one graph of TensorFlow of what ran operation by operation. TensorFlow then optimises the whole of it (a product, its bias
 * and its GELU become one operation, memory is reused) and runs it without coming back here in between. TensorFlow.js has no way
 * to build a graph, but it can load a saved one: so the operations are recorded while they run, written as a saved model without
 * weights, and loaded. The weights are fed at each run, which copies nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bytesField, type Field, floatField, message, varintField } from './protobuf.js';

/** An attribute of an operation, as TensorFlow.js' backend is given it. */
type OperationAttribute = { name: string; type: number; value: unknown };

/** The part of TensorFlow.js' backend for Node that executes operations, and loads and runs saved models. */
type NativeBackend = {
  isUsingGpuDevice: boolean;
  binding: Record<`TF_ATTR_${'STRING' | 'INT' | 'FLOAT' | 'BOOL' | 'TYPE' | 'SHAPE'}`, number> & {
    deleteSavedModel(id: number): void;
  };
  executeSingleOutput(name: string, attributes: OperationAttribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: OperationAttribute[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object;
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    id: number,
    inputs: tf.TensorInfo[],
    infos: { name: string }[],
    outputs: string[],
  ): tf.Tensor[];
};

/** A computation of tensors of certain shapes. */
export type TensorFlowGraph = {
  /** Computes anew; the inputs have the shapes of those it was recorded with. The caller disposes the results. */
  run(inputs: readonly tf.Tensor[]): tf.Tensor[];
  dispose(): void;
};

/** Whether graphs are worth it here: on a GPU the weights would be copied to the processor for each run. */
export function supportsGraphs(): boolean {
  return tf.getBackend() === 'tensorflow' && !nativeBackend().isUsingGpuDevice;
}

/**
 * Runs a computation and makes a graph of it. Tensors that it reads, but that are neither its inputs nor made in it, are taken for
 * weights: each run reads them as they are then, and they must not be disposed before the graph.
 *
 * @param compute a function of `inputs` and of weights only, that does the same operations whatever their values
 * @returns the results of this run, the caller's to dispose, and the graph
 * @throws Error if TensorFlow refuses the graph
 */
export function recordGraph(
  inputs: readonly tf.Tensor[],
  compute: () => tf.Tensor[],
): { results: tf.Tensor[]; graph: TensorFlowGraph } {
  const backend = nativeBackend();
  const recording = createRecording(backend.binding, inputs);
  const results = whileRecording(backend, recording, compute);
  try {
    return { results, graph: load(backend, recording, inputs, results) };
  } catch (error) {
    tf.dispose(results);
    throw error;
  }
}

function nativeBackend(): NativeBackend {
  return tf.backend() as unknown as NativeBackend;
}

type Recording = ReturnType<typeof createRecording>;

/** The nodes of a graph, as they come, and which tensor is the result of which. */
function createRecording(types: NativeBackend['binding'], inputs: readonly tf.TensorInfo[]) {
  const nodes: Field[] = [];
  /** Results as TensorFlow writes them, "node:index". */
  const references = new Map<object, string>();
  const constants = new Map<object, { values: Uint8Array; shape: number[]; dtype: tf.DataType }>();
  const weights: { name: string; tensor: tf.TensorInfo }[] = [];
  const add = (operation: string, operands: string[], attributes: [string, Uint8Array][]): string => {
    const name = `n${nodes.length}`;
    nodes.push(encodeNode(name, operation, operands, attributes));
    return name;
  };
  const addPlaceholder = (tensor: tf.TensorInfo): string => {
    const attributes: [string, Uint8Array][] = [
      ['dtype', typeValue(tensor.dtype)],
      ['shape', bytesField(7, encodeShape(tensor.shape))],
    ];
    const name = add('Placeholder', [], attributes);
    references.set(tensor.dataId, `${name}:0`);
    return name;
  };
  const inputNames = inputs.map(addPlaceholder);
  const referenceOf = (tensor: tf.TensorInfo): string => {
    const known = references.get(tensor.dataId);
    if (known) return known;
    const constant = constants.get(tensor.dataId);
    if (constant) {
      const attributes: [string, Uint8Array][] = [
        ['dtype', typeValue(constant.dtype)],
        ['value', bytesField(8, encodeTensor(constant.values, constant.shape, constant.dtype))],
      ];
      references.set(tensor.dataId, `${add('Const', [], attributes)}:0`);
    } else {
      weights.push({ name: addPlaceholder(tensor), tensor });
    }
    return referenceOf(tensor);
  };
  return {
    nodes,
    weights,
    inputNames,
    /** What a run fetches: by a name of its own, as TensorFlow refuses to give back what it was given. */
    addResult(tensor: tf.TensorInfo): string {
      return `${add('Identity', [referenceOf(tensor)], [['T', typeValue(tensor.dtype)]])}:0`;
    },
    addConstant(id: object, values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType) {
      if (!ArrayBuffer.isView(values)) throw new Error(`A graph cannot hold a constant of type ${dtype}.`);
      // A copy, as the backend may take the values over.
      const bytes = Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      constants.set(id, { values: bytes, shape: [...shape], dtype });
    },
    addOperation(
      operation: string,
      attributes: readonly OperationAttribute[],
      operands: readonly tf.TensorInfo[],
      results: readonly tf.TensorInfo[],
    ) {
      const plain = asFusible(operation, attributes, operands, types);
      const name = add(
        plain.operation,
        plain.operands.map(referenceOf),
        plain.attributes.map((attribute) => [attribute.name, encodeAttribute(attribute, types)]),
      );
      results.forEach(({ dataId }, index) => {
        references.set(dataId, `${name}:${index}`);
      });
    },
  };
}

/** Runs `compute` with every operation and every constant that it makes recorded. */
function whileRecording(
  backend: NativeBackend,
  recording: Recording,
  compute: () => tf.Tensor[],
): tf.Tensor[] {
  const { executeSingleOutput, executeMultipleOutputs, write } = backend;
  backend.executeSingleOutput = (name, attributes, operands) => {
    const result = executeSingleOutput.call(backend, name, attributes, operands);
    recording.addOperation(name, attributes, operands, [result]);
    return result;
  };
  backend.executeMultipleOutputs = (name, attributes, operands, outputs) => {
    const results = executeMultipleOutputs.call(backend, name, attributes, operands, outputs);
    recording.addOperation(name, attributes, operands, results);
    return results;
  };
  backend.write = (values, shape, dtype) => {
    const id = write.call(backend, values, shape, dtype);
    recording.addConstant(id, values, shape, dtype);
    return id;
  };
  try {
    return compute();
  } finally {
    Object.assign(backend, { executeSingleOutput, executeMultipleOutputs, write });
  }
}

function load(
  backend: NativeBackend,
  { nodes, weights, inputNames, addResult }: Recording,
  inputs: readonly tf.Tensor[],
  results: readonly tf.Tensor[],
): TensorFlowGraph {
  const shapes = inputs.map(({ shape }) => shape.join());
  const outputs = results.map(addResult);
  const fed = [...inputNames, ...weights.map(({ name }) => name)].map((name) => ({ name: `${name}:0` }));
  const folder = mkdtempSync(join(tmpdir(), 'layoutlmv2-graph-'));
  let id: number;
  try {
    writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(nodes));
    id = backend.loadSavedModelMetaGraph(folder, TAG);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    run(given) {
      given.forEach(({ shape }, index) => {
        if (shape.join() === shapes[index]) return;
        throw new Error(
          `Input ${index} has the shape [${shape}]; the graph was made for [${shapes[index] ?? ''}].`,
        );
      });
      return backend.runSavedModel(id, [...given, ...weights.map(({ tensor }) => tensor)], fed, outputs);
    },
    dispose: () => {
      backend.binding.deleteSavedModel(id);
    },
  };
}

/** The same operation in the form that TensorFlow's optimiser joins with its neighbours, where that makes it faster. */
function asFusible(
  operation: string,
  attributes: readonly OperationAttribute[],
  operands: readonly tf.TensorInfo[],
  types: NativeBackend['binding'],
): { operation: string; attributes: readonly OperationAttribute[]; operands: readonly tf.TensorInfo[] } {
  const [first, second] = operands;
  const type = attributes.filter(({ name }) => name === 'T');
  const attribute = (name: string): unknown => attributes.find((given) => given.name === name)?.value;
  if (operation === 'BatchMatMulV2' && first && second && isWidening(first, second, attribute('adj_y'))) {
    const transpositions = [
      { name: 'transpose_a', type: types.TF_ATTR_BOOL, value: attribute('adj_x') },
      { name: 'transpose_b', type: types.TF_ATTR_BOOL, value: attribute('adj_y') },
    ];
    return { operation: 'MatMul', attributes: [...type, ...transpositions], operands };
  }
  const isBias =
    operation === 'Add' &&
    first !== undefined &&
    second?.shape.length === 1 &&
    first.shape.length > 1 &&
    first.shape.at(-1) === second.shape[0];
  if (isBias) return { operation: 'BiasAdd', attributes: type, operands };
  return { operation, attributes, operands };
}

/**
 * Whether a product of two matrices has more columns than its first operand. Joined with a bias and a GELU, TensorFlow computes it
 * by another routine, which is slower for the others. Measured in ms for 561 rows, joined against not joined and without what is joined: 768
 * to 3072 14.1 with its GELU / 13.9, 3072 to 768 15.9 / 13.3, 768 to 768 6.2 / 3.5.
 */
function isWidening(a: tf.TensorInfo, b: tf.TensorInfo, isTransposed: unknown): boolean {
  if (a.shape.length !== 2 || b.shape.length !== 2) return false;
  const [rows = 0, columns = 0] = b.shape;
  return isTransposed ? rows > columns : columns > rows;
}

/** Tells the graph of a saved model that is for use from others in it. */
const TAG = 'serve';

/** Of TensorFlow 2.12: its operations mean what they mean here, and any later version reads them. */
const GRAPH_VERSION = 1395;

// The numbers below are those of fields in TensorFlow's saved_model.proto, meta_graph.proto, graph.proto, node_def.proto,
// attr_value.proto, tensor.proto and tensor_shape.proto.

function encodeSavedModel(nodes: readonly Field[]): Uint8Array {
  const versions = bytesField(4, varintField(1, GRAPH_VERSION));
  const graph = message(...nodes.map((node) => bytesField(1, node)), versions);
  const metaGraph = message(bytesField(1, bytesField(4, TAG)), bytesField(2, graph));
  return message(varintField(1, 1), bytesField(2, metaGraph));
}

function encodeNode(
  name: string,
  operation: string,
  operands: readonly string[],
  attributes: readonly [string, Uint8Array][],
): Uint8Array {
  return message(
    bytesField(1, name),
    bytesField(2, operation),
    ...operands.map((operand) => bytesField(3, operand)),
    ...attributes.map(([key, value]) => bytesField(5, message(bytesField(1, key), bytesField(2, value)))),
  );
}

function encodeAttribute(
  { name, type, value }: OperationAttribute,
  types: NativeBackend['binding'],
): Uint8Array {
  if (type === types.TF_ATTR_SHAPE) return bytesField(7, encodeShape(value as number[]));
  const encode: ((field: number, single: unknown) => Field) | undefined = {
    [types.TF_ATTR_STRING]: (field: number, single: unknown) => bytesField(field, String(single)),
    [types.TF_ATTR_INT]: (field: number, single: unknown) => varintField(field, Number(single)),
    [types.TF_ATTR_FLOAT]: (field: number, single: unknown) => floatField(field, Number(single)),
    [types.TF_ATTR_BOOL]: (field: number, single: unknown) => varintField(field, Number(single)),
    [types.TF_ATTR_TYPE]: (field: number, single: unknown) => varintField(field, Number(single)),
  }[type];
  const field = {
    [types.TF_ATTR_STRING]: 2,
    [types.TF_ATTR_INT]: 3,
    [types.TF_ATTR_FLOAT]: 4,
    [types.TF_ATTR_BOOL]: 5,
    [types.TF_ATTR_TYPE]: 6,
  }[type];
  if (!encode || field === undefined) throw new Error(`The attribute ${name} has the unknown type ${type}.`);
  // Lists have the same field numbers inside a message of their own.
  return Array.isArray(value)
    ? bytesField(1, message(...value.map((single) => encode(field, single))))
    : encode(field, value);
}

/** Numbers of TensorFlow's data types. */
const DATA_TYPES: Partial<Record<tf.DataType, number>> = { float32: 1, int32: 3, bool: 10 };

function typeNumber(dtype: tf.DataType): number {
  const number = DATA_TYPES[dtype];
  if (number === undefined) throw new Error(`A graph cannot hold tensors of type ${dtype}.`);
  return number;
}

function typeValue(dtype: tf.DataType): Uint8Array {
  return varintField(6, typeNumber(dtype));
}

function encodeShape(shape: readonly number[]): Uint8Array {
  return message(...shape.map((size) => bytesField(2, varintField(1, size))));
}

function encodeTensor(values: Uint8Array, shape: readonly number[], dtype: tf.DataType): Uint8Array {
  return message(varintField(1, typeNumber(dtype)), bytesField(2, encodeShape(shape)), bytesField(4, values));
}
