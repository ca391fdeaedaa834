/**
 * What is asked of a process that measures itself, and what it answers: one JSON object a line, on standard input and output.
 * Classeur's side is classeur.ts, torch's is torch/peer.py.
 */

/** One thing to do; each is answered before the next is asked for. */
export type Request =
  | { op: 'describe' }
  /** Loads a network for one of the two uses; from a checkpoint folder. */
  | { op: 'load'; folder: string; mode: 'inference' | 'training' }
  /** One batch forward. */
  | { op: 'classify'; tokens: number; batch: number }
  /** One optimiser step over `accumulate` micro-batches of `batch` pages. */
  | { op: 'train'; tokens: number; batch: number; accumulate?: number; checkpointing?: boolean }
  /** `times` products of two square matrices. */
  | { op: 'multiply'; side: number; times: number }
  /** Where the time of one batch goes; only Classeur's side can tell. */
  | { op: 'profile'; tokens: number; batch: number; mode: 'inference' | 'training' }
  /** Compares logits, loss and gradients with recorded ones; only Classeur's side has them. */
  | { op: 'check'; size: FixtureSize }
  | { op: 'memory' };

/** The networks that values were recorded of. */
export type FixtureSize = 'tiny' | 'base';

/** Time and work of a part of the network. */
export type ProfileRow = { part: string; milliseconds: number; flops: number; kernels: number };

export type Answers = {
  describe: { device: string };
  load: Record<string, never>;
  classify: { seconds: number; logits: number[][] };
  train: { seconds: number; loss: number };
  multiply: { gflops: number };
  profile: { rows: ProfileRow[]; milliseconds: number };
  check: { forwardError: number; gradientError: number; gradients: number; isWithinTolerance: boolean };
  /** Of the process: now, and the most there ever were. Of a GPU, where there is one. */
  memory: { residentBytes: number; peakBytes: number; peakDeviceBytes?: number };
};
