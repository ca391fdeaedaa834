/** Learning on without labels over GraphQL. Such a run is watched and cancelled like any other. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { DatabaseConnection } from '../../platform/database/database.js';
import type { GraphqlContext } from '../../platform/graphql/context.js';
import { TrainingRunType } from '../training.types.js';
import type { TrainingRun } from '../training-run.js';
import { StartPretrainingInput, toPretrainingRequest } from './pretraining.inputs.js';
import { findPlanSummaries, type PlanSummary } from './pretraining.repository.js';
import { PretrainingPlanType } from './pretraining.types.js';
import type { StartPretraining } from './start-pretraining.js';

@Resolver(() => TrainingRunType)
export class PretrainingResolver {
  readonly #connection: DatabaseConnection;
  readonly #startPretraining: StartPretraining;

  constructor(dependencies: { connection: DatabaseConnection; startPretraining: StartPretraining }) {
    this.#connection = dependencies.connection;
    this.#startPretraining = dependencies.startPretraining;
  }

  @Mutation(() => TrainingRunType, {
    description:
      'Lets a network learn on from the pages that have been read, whatever their labels: it makes a base to fine-tune, which does not serve',
  })
  async startPretraining(
    @Arg('input', () => StartPretrainingInput, { nullable: true }) input: StartPretrainingInput | null,
  ): Promise<TrainingRun> {
    return await this.#startPretraining(toPretrainingRequest(input));
  }

  @FieldResolver(() => PretrainingPlanType, { nullable: true, description: 'Null for a run of another kind' })
  async pretraining(@Root() run: TrainingRun, @Ctx() context: GraphqlContext): Promise<PlanSummary | null> {
    return run.kind === 'PRETRAINING' ? await context.load(this.#loadPlans, run.id) : null;
  }

  readonly #loadPlans = (ids: readonly string[]) => findPlanSummaries(this.#connection.database, ids);
}
