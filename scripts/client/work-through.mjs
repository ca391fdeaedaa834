// Does `work` for each item, several at a time; the first error ends it once those under way are over.
export async function workThrough(items, atOnce, work) {
  const iterator = items[Symbol.iterator]();
  let failure = null;
  const takeTurns = async () => {
    for (let next = iterator.next(); !next.done && failure === null; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeTurns));
  if (failure) throw failure.error;
}
