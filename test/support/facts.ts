/** Stands for the pipeline: remembers the facts that were announced in transactions that committed. */
import { createRequireLicence } from '../../src/models/licence.js';
import type { Fact } from '../../src/pipeline.js';
import type { DatabaseConnection, Transaction } from '../../src/platform/database/database.js';

/**
 * What use cases are built with. `facts` are those announced so far; whoever announces in a transaction that fails leaves
 * none.
 */
export function createFactLog(connection: DatabaseConnection) {
  const facts: Fact[] = [];
  const pending = new WeakMap<object, Fact[]>();
  return {
    facts,
    /** Gives what has been announced, and forgets it. */
    take: () => facts.splice(0),
    announce: async (tx: Transaction, fact: Fact) => {
      pending.get(tx)?.push(fact);
    },
    /** Weights of any licence may be used, as is the default. */
    requireLicence: createRequireLicence({ allowNoncommercial: true }),
    /** The connection to build use cases with. */
    connection: {
      ...connection,
      transaction: async <Result>(work: (tx: Transaction) => Promise<Result>) => {
        const announced: Fact[] = [];
        const result = await connection.transaction((tx) => {
          pending.set(tx, announced);
          return work(tx);
        });
        facts.push(...announced);
        return result;
      },
    } satisfies DatabaseConnection,
  };
}
