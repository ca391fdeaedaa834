/** A binary heap: the greatest of many items, again and again, while more are added. */

export type MaxHeap<T> = {
  readonly push: (item: T) => void;
  /** Removes and gives the greatest item; undefined when there is none. */
  readonly pop: () => T | undefined;
};

/** `compare` is positive where `a` is the greater one, as for sorting. */
export function createMaxHeap<T>(compare: (a: T, b: T) => number): MaxHeap<T> {
  const items: T[] = [];

  function swapUp(start: number, item: T): void {
    let index = start;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || compare(item, parent) <= 0) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  }

  function sinkFromTop(item: T): void {
    let index = 0;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = items[leftIndex];
      if (left === undefined) break;
      const right = items[leftIndex + 1];
      const isRightGreater = right !== undefined && compare(right, left) > 0;
      const child = isRightGreater ? right : left;
      if (compare(child, item) <= 0) break;
      items[index] = child;
      index = isRightGreater ? leftIndex + 1 : leftIndex;
    }
    items[index] = item;
  }

  return {
    push(item) {
      items.push(item);
      swapUp(items.length - 1, item);
    },
    pop() {
      const top = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) sinkFromTop(last);
      return top;
    },
  };
}
