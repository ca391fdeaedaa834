/** What has served and who changed it, and the version in the shadow, over GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { DatabaseConnection } from '../platform/database/database.js';
import { readPaging, toConnection } from '../platform/graphql/connection.types.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import { isId } from '../shared/ids.js';
import { getModelVersions } from './get-model-version.js';
import type { ModelVersion, PromotionEvent } from './model-version.js';
import { ModelVersionType, PromotionEventConnectionType, PromotionEventType } from './model-version.types.js';
import { countPromotions, pagePromotions } from './promotion.repository.js';
import { findShadowModel, type SetShadowModel } from './shadow-model.js';

@Resolver(() => PromotionEventType)
export class PromotionResolver {
  readonly #connection: DatabaseConnection;
  readonly #setShadowModel: SetShadowModel;

  constructor(dependencies: { connection: DatabaseConnection; setShadowModel: SetShadowModel }) {
    this.#connection = dependencies.connection;
    this.#setShadowModel = dependencies.setShadowModel;
  }

  @Query(() => PromotionEventConnectionType, {
    description: 'Every change of the version that serves, newest first',
  })
  async promotionEvents(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
  ) {
    const { database } = this.#connection;
    const slice = await pagePromotions(database, readPaging(first, after ?? null, isId));
    const countTotal = () => countPromotions(database);
    return toConnection(
      PromotionEventConnectionType,
      { ...slice, countTotal },
      after ?? null,
      ({ id }) => id,
    );
  }

  @Query(() => ModelVersionType, {
    nullable: true,
    description: 'The version that scores uploads only to be compared; null for none',
  })
  async shadowModel(): Promise<ModelVersion | null> {
    return await findShadowModel(this.#connection.database);
  }

  @Mutation(() => ModelVersionType, {
    nullable: true,
    description:
      'Lets a version score new uploads beside the serving one: nothing it says labels a document. Null ends it',
  })
  async setShadowModel(
    @Arg('id', () => ID, { nullable: true }) id: string | null,
  ): Promise<ModelVersion | null> {
    return await this.#setShadowModel(id ?? null);
  }

  @FieldResolver(() => ModelVersionType, { description: 'What served from then on' })
  modelVersion(@Root() event: PromotionEvent, @Ctx() context: GraphqlContext): Promise<ModelVersion> {
    return context.load(this.#loadVersions, event.modelVersionId);
  }

  @FieldResolver(() => ModelVersionType, {
    nullable: true,
    description: 'What served before; null for the first',
  })
  async previous(
    @Root() event: PromotionEvent,
    @Ctx() context: GraphqlContext,
  ): Promise<ModelVersion | null> {
    return event.previousId === null ? null : await context.load(this.#loadVersions, event.previousId);
  }

  readonly #loadVersions = (ids: readonly string[]) => getModelVersions(this.#connection.database, ids);
}
