/**
 * Works on the items in order, `width` at a time. After an error no further item is begun, and the error is
 * thrown once those in progress have ended.
 *
 * @example
 * ```ts
 * import { inLanes } from "@baba/core/adapter";
 * const sizes: number[] = [];
 * await inLanes(["a", "bb", "ccc"], 2, async (path) => void sizes.push(path.length));
 * console.log(sizes); // [ 1, 2, 3 ]
 * ```
 */
export async function inLanes<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done && failure === undefined; next = iterator.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  if (failure !== undefined) throw failure.error;
}
