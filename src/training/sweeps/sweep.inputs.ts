/** What a client sends about sweeps. */
import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { HyperparametersInput } from '../training.inputs.js';
import { type Distribution, distributions, readChoice, type SearchRange } from './search-space.js';
import { createInvalidSweepError } from './sweep.errors.js';
import type { SweepKind } from './sweep.js';
import { SweepKindEnum } from './sweep.types.js';

const DistributionEnum = Object.fromEntries(distributions.map((name) => [name, name]));
registerEnumType(DistributionEnum, {
  name: 'SearchDistribution',
  description: 'How values are drawn from a range',
  valuesConfig: {
    UNIFORM: { description: 'Any number between the ends' },
    LOG_UNIFORM: { description: 'Any number between the ends, each factor of ten as likely as any other' },
    INTEGER: { description: 'Any whole number from one end to the other' },
    CHOICE: { description: 'One of the choices' },
  },
});

@InputType('SearchRangeInput')
class SearchRangeInput {
  @Field(() => String, {
    description:
      'As in HyperparametersInput, without modelSize; those of augmentation as augmentation.wordDropout',
  })
  hyperparameter!: string;

  @Field(() => DistributionEnum)
  distribution!: Distribution;

  @Field(() => Float, { nullable: true, description: 'Not for CHOICE' })
  from?: number | null;

  @Field(() => Float, { nullable: true, description: 'Can be drawn itself; not for CHOICE' })
  to?: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'For CHOICE: numbers, true, false or names, as texts',
  })
  choices?: string[] | null;
}

@InputType('StartSweepInput')
export class StartSweepInput {
  @Field(() => SweepKindEnum)
  kind!: SweepKind;

  @Field(() => [SearchRangeInput])
  ranges!: SearchRangeInput[];

  @Field(() => Int, { description: 'From 2 to 200; for SUCCESSIVE_HALVING, those of the first rung' })
  trials!: number;

  @Field(() => Int, { defaultValue: 1, description: 'Of the drawing: the same seed draws the same trials' })
  seed!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'Of SUCCESSIVE_HALVING: each rung has so many times fewer trials and more epochs; 3 if not given',
  })
  reductionFactor?: number | null;

  @Field(() => Int, { nullable: true, description: 'Of SUCCESSIVE_HALVING; 1 if not given' })
  firstRungEpochs?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Let the gate judge the best trial at the end: it serves if it may. Else nothing is promoted',
  })
  promoteBest!: boolean;

  @Field(() => String, { nullable: true })
  note?: string | null;

  @Field(() => [String], { nullable: true, description: 'Its trials have them too' })
  tags?: string[] | null;

  @Field(() => Float, { nullable: true, description: 'How long each trial may learn; null: no limit' })
  maxMinutes?: number | null;

  @Field(() => Int, { nullable: true, description: 'Memory its process may take, in MiB; null: no limit' })
  maxMemoryMib?: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A model version that each trial goes on from; not given: the serving one, if there is one',
  })
  baseModelId?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Start from nothing though a model serves' })
  fromScratch!: boolean;

  @Field(() => HyperparametersInput, {
    nullable: true,
    description: 'What all trials have in common, where no range says otherwise',
  })
  hyperparameters?: HyperparametersInput | null;
}

/** @throws AppError INVALID_SWEEP for a range without the ends or choices that its distribution needs. */
export function toRanges(inputs: readonly SearchRangeInput[]): SearchRange[] {
  return inputs.map(({ hyperparameter, distribution, from, to, choices }) => {
    if (distribution === 'CHOICE') {
      if (!choices || (from ?? to ?? null) !== null) {
        throw createInvalidSweepError(
          `The range of ${hyperparameter} is CHOICE: give it choices, and no from and to.`,
        );
      }
      return {
        hyperparameter,
        distribution,
        choices: choices.map((text) => readChoice(hyperparameter, text)),
      };
    }
    if (from == null || to == null || choices) {
      throw createInvalidSweepError(
        `The range of ${hyperparameter} is ${distribution}: give it from and to, and no choices.`,
      );
    }
    return { hyperparameter, distribution, from, to };
  });
}
