/** Labels over GraphQL. */
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import { countDocumentsOfLabels } from '../documents/document-access.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { GraphqlContext } from '../platform/graphql/context.js';
import type {
  DescribeLabel,
  MergeLabels,
  RenameLabel,
  RestoreLabel,
  RetireLabel,
  RetireLabels,
  SetLabelPolicy,
} from './change-label.js';
import type { CreateLabel } from './create-label.js';
import { getLabels } from './get-label.js';
import { CreateLabelInput, LabelPolicyInput } from './label.inputs.js';
import type { Label, LabelChange } from './label.js';
import { listChanges, listLabels } from './label.repository.js';
import { LabelChangeType, LabelType } from './label.types.js';

type Dependencies = {
  connection: DatabaseConnection;
  createLabel: CreateLabel;
  renameLabel: RenameLabel;
  describeLabel: DescribeLabel;
  mergeLabels: MergeLabels;
  retireLabel: RetireLabel;
  retireLabels: RetireLabels;
  restoreLabel: RestoreLabel;
  setLabelPolicy: SetLabelPolicy;
};

@Resolver(() => LabelType)
export class LabelResolver {
  readonly #dependencies: Dependencies;
  readonly #connection: DatabaseConnection;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#connection = dependencies.connection;
  }

  @Query(() => [LabelType], { description: 'By name' })
  async labels(
    @Arg('includeRetired', () => Boolean, { defaultValue: false }) includeRetired: boolean,
  ): Promise<Label[]> {
    return await listLabels(this.#connection.database, { includeRetired });
  }

  @Mutation(() => LabelType)
  async createLabel(
    @Arg('input', () => CreateLabelInput) input: CreateLabelInput,
    @Ctx() context: GraphqlContext,
  ): Promise<Label> {
    return await this.#dependencies.createLabel({
      name: input.name,
      description: input.description ?? null,
      createdBy: context.viewer.name,
    });
  }

  @Mutation(() => LabelType, { description: 'What was measured under the old name stays readable under it' })
  async renameLabel(
    @Arg('id', () => ID) id: string,
    @Arg('name', () => String) name: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Label> {
    return await this.#dependencies.renameLabel({ id, name, changedBy: context.viewer.name });
  }

  @Mutation(() => LabelType)
  async describeLabel(
    @Arg('id', () => ID) id: string,
    @Arg('description', () => String, { nullable: true }) description: string | null,
    @Ctx() context: GraphqlContext,
  ): Promise<Label> {
    const changedBy = context.viewer.name;
    return await this.#dependencies.describeLabel({ id, description: description ?? null, changedBy });
  }

  @Mutation(() => LabelType, {
    description:
      'Makes all that is the source’s the target’s: documents, decisions, and the scores of models that know the source. The source stays, retired. Of many documents, lists and counts follow in some minutes. Answers the target',
  })
  async mergeLabels(
    @Arg('sourceId', () => ID) sourceId: string,
    @Arg('targetId', () => ID) targetId: string,
    @Ctx() context: GraphqlContext,
  ): Promise<Label> {
    return await this.#dependencies.mergeLabels({ sourceId, targetId, changedBy: context.viewer.name });
  }

  @Mutation(() => LabelType, {
    description:
      'From now on no model says it, and nobody can choose it; what only a model has called so needs review (thousands of documents in some minutes), what people have decided stays',
  })
  async retireLabel(@Arg('id', () => ID) id: string, @Ctx() context: GraphqlContext): Promise<Label> {
    return await this.#dependencies.retireLabel({ id, changedBy: context.viewer.name });
  }

  @Mutation(() => [LabelType], {
    description:
      'What retireLabel does, for many at once: for all of them or, where one is not there, for none',
  })
  async retireLabels(
    @Arg('ids', () => [ID]) ids: string[],
    @Ctx() context: GraphqlContext,
  ): Promise<Label[]> {
    return await this.#dependencies.retireLabels({ ids, changedBy: context.viewer.name });
  }

  @Mutation(() => LabelType, { description: 'Takes a retirement back; a merged label stays merged' })
  async restoreLabel(@Arg('id', () => ID) id: string, @Ctx() context: GraphqlContext): Promise<Label> {
    return await this.#dependencies.restoreLabel({ id, changedBy: context.viewer.name });
  }

  @Mutation(() => LabelType, {
    description:
      'When the word of the model is enough. It holds at once; thousands of documents follow in some minutes',
  })
  async setLabelPolicy(
    @Arg('id', () => ID) id: string,
    @Arg('input', () => LabelPolicyInput) input: LabelPolicyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<Label> {
    const { threshold, neverAssignAutomatically } = input;
    return await this.#dependencies.setLabelPolicy({
      id,
      changedBy: context.viewer.name,
      ...(threshold !== undefined && { threshold }),
      ...(typeof neverAssignAutomatically === 'boolean' && { neverAssignAutomatically }),
    });
  }

  @FieldResolver(() => Int, { description: 'Documents whose effective label it is' })
  documentCount(@Root() label: Label, @Ctx() context: GraphqlContext): Promise<number> {
    return context.load(this.#countDocuments, label.id);
  }

  @FieldResolver(() => LabelType, { nullable: true, description: 'The label that has its documents now' })
  async mergedInto(@Root() label: Label, @Ctx() context: GraphqlContext): Promise<Label | null> {
    return label.mergedIntoId === null ? null : await context.load(this.#loadLabels, label.mergedIntoId);
  }

  @FieldResolver(() => [LabelChangeType], { description: 'Its life, newest first' })
  changes(@Root() label: Label, @Ctx() context: GraphqlContext): Promise<LabelChange[]> {
    return context.load(this.#loadChanges, label.id);
  }

  readonly #countDocuments = (ids: readonly string[]) =>
    countDocumentsOfLabels(this.#connection.database, ids);
  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
  readonly #loadChanges = (ids: readonly string[]) => listChanges(this.#connection.database, ids);
}

@Resolver(() => DocumentType)
export class DocumentLabelResolver {
  readonly #connection: DatabaseConnection;

  constructor(dependencies: { connection: DatabaseConnection }) {
    this.#connection = dependencies.connection;
  }

  @FieldResolver(() => LabelType, {
    nullable: true,
    description: 'The newest human decision, else the prediction if it is confident enough, else null',
  })
  async label(@Root() document: Document, @Ctx() context: GraphqlContext): Promise<Label | null> {
    if (document.labelId === null) return null;
    const label = await context.load(this.#loadLabels, document.labelId);
    // Of a merge of many documents, those are told to be the target's that have not been moved yet.
    return label.mergedIntoId === null ? label : await context.load(this.#loadLabels, label.mergedIntoId);
  }

  readonly #loadLabels = (ids: readonly string[]) => getLabels(this.#connection.database, ids);
}
