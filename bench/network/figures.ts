/** Small statistics and how the benchmarks print them. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** `0.53 (0.51-0.60)`: median, least and most. */
export function spread(values: readonly number[], digits = 2): string {
  const format = (value: number): string => value.toFixed(digits);
  return `${format(median(values))} (${format(Math.min(...values))}-${format(Math.max(...values))})`;
}

export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Rows of a Markdown table; the first column to the left, the others to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const [first = [], ...others] = cells;
  return [line(first), rule, ...others.map(line)].join('\n');
}
