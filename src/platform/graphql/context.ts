/** What a resolver knows of the request it answers, and batched loading within it. */
import DataLoader from 'dataloader';

export type GraphqlContext = {
  /** Where the client reached us, such as `http://127.0.0.1:4000`: addresses of files begin with it. */
  readonly baseUrl: string;
  /** Who asks. */
  readonly viewer: { readonly name: string };
  /** Loads by key, all keys of one tick in one call of `loadMany`; `loadMany` itself is the identity of the loader. */
  load<Value>(loadMany: LoadMany<Value>, key: string): Promise<Value>;
};

/** Loads values for keys, in their order. */
type LoadMany<Value> = (keys: readonly string[]) => Promise<readonly Value[]>;

export function createContext(options: { baseUrl: string; viewer: { name: string } }): GraphqlContext {
  const loaders = new Map<unknown, DataLoader<string, unknown>>();
  return {
    ...options,
    load<Value>(loadMany: LoadMany<Value>, key: string): Promise<Value> {
      // A cached answer would hide what a mutation of the same request has changed.
      const loader = loaders.get(loadMany) ?? new DataLoader<string, unknown>(loadMany, { cache: false });
      loaders.set(loadMany, loader);
      return loader.load(key) as Promise<Value>;
    },
  };
}
