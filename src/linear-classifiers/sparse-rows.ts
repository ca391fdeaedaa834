/** Rows of features as logistic regression reads them. */

/** A matrix of which most is zero: the features of row `r` are those from `starts[r]` up to `starts[r + 1]`. */
export type SparseRows = {
  rowCount: number;
  columnCount: number;
  /** [rowCount + 1] */
  starts: Uint32Array;
  /** [features], rising within a row. */
  columns: Uint32Array;
  /** [features] */
  values: Float32Array;
};
