/**
 * The prefixes of a vocabulary's pieces, so that all pieces that start at one place of a text are found in one walk. It lies in
 * flat arrays: a quarter of a million pieces take some ten megabytes. It does not know scores.
 */

/** A node is a prefix; the empty one is `ROOT`. */
export type PieceTrie = {
  /** The prefix that is longer by one UTF-16 unit; `NOWHERE` when no piece starts so. */
  readonly step: (node: number, unit: number) => number;
  /** The piece that is exactly this prefix; -1 when none is. */
  readonly pieceAt: (node: number) => number;
};

export const ROOT = 0;
export const NOWHERE = -1;

const EMPTY = -1;

/** Builds the trie of `pieces` but those that `isLeftOut` names. Of a piece that occurs twice the last one counts. */
export function createPieceTrie(pieces: readonly string[], isLeftOut: (index: number) => boolean): PieceTrie {
  const edges = pieces.reduce((sum, piece) => sum + piece.length, 0);
  // A hash table with open addressing, at most two thirds full; the node behind an edge is the number of its slot plus one.
  const capacity = 2 ** Math.ceil(Math.log2(1.5 * edges + 2));
  const parents = new Int32Array(capacity).fill(EMPTY);
  const units = new Uint16Array(capacity);
  const pieceOfNode = new Int32Array(capacity + 1).fill(EMPTY);

  function findSlot(node: number, unit: number): number {
    // Both numbers are multiplied by odd constants of good spread (Knuth's, and a prime of murmur's).
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(unit, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & (capacity - 1);
    while (parents[slot] !== EMPTY && (parents[slot] !== node || units[slot] !== unit)) {
      slot = (slot + 1) & (capacity - 1);
    }
    return slot;
  }

  for (const [index, piece] of pieces.entries()) {
    if (isLeftOut(index)) continue;
    let node = ROOT;
    for (let at = 0; at < piece.length; at += 1) {
      const unit = piece.charCodeAt(at);
      const slot = findSlot(node, unit);
      parents[slot] = node;
      units[slot] = unit;
      node = slot + 1;
    }
    pieceOfNode[node] = index;
  }

  return {
    step(node, unit) {
      const slot = findSlot(node, unit);
      return parents[slot] === EMPTY ? NOWHERE : slot + 1;
    },
    pieceAt: (node) => pieceOfNode[node] ?? EMPTY,
  };
}
