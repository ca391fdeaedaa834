/**
 * Which of what a run has learnt may serve: the network, the text classifier, or the average of both and a classifier of looks, by the validation documents;
 * and why, in sentences for people. What is chosen is what the gate judges and what all figures are of.
 */
import { mostLikely } from '../layoutlmv2/probability.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import {
  alone,
  averageOf,
  type ClassifierChoice,
  chooseClassifier,
  leastRowsToChoose,
  type MemberWeights,
  type RowFigures,
} from '../linear-classifiers/average/choose-classifier.js';
import type { ArchitectureName } from '../models/architecture.js';
import type { ModelMember } from '../models/model-version.js';
import type { LearntLook } from './learn-look.js';
import type { LearntText } from './learn-text.js';

type Predictions = { validation: UnitPrediction[]; holdout: UnitPrediction[] };

export type ChosenArchitecture = {
  architecture: ArchitectureName;
  /** Null where there was nothing to choose between. */
  reason: string | null;
  weights: MemberWeights;
  /** Of an average; none else. */
  members: ModelMember[];
  /** What it says, as it will when it serves. */
  predictions: Predictions;
};

/** The weights of an average; null where there are no members. */
export function memberWeightsOf(members: readonly ModelMember[]): MemberWeights | null {
  if (members.length === 0) return null;
  const weightOf = (name: ArchitectureName) =>
    members.find(({ architecture }) => architecture === name)?.weight ?? 0;
  return { network: weightOf('LayoutLMv2'), text: weightOf('TF-IDF'), look: weightOf('HOG') };
}

/**
 * What serves where too few documents were kept back to tell. Of an average its weights have been told before. A network that was
 * pre-trained adapts to a handful of documents. One that began with nothing needs hundreds: of 100 real scans it learnt to tell 46 % of
 * others, and a text classifier of the same 79 %.
 */
export function weightsWithoutRows(base: { memberWeights: MemberWeights | null } | null): MemberWeights {
  if (base === null) return alone('text');
  return base.memberWeights ?? alone('network');
}

/**
 * @param options.text null where no document was left to learn words from
 * @param options.look null where there was no page to learn looks from
 * @param options.base what the run went on from; null where the network began with nothing
 */
export function chooseArchitecture(
  network: Predictions,
  options: {
    text: LearntText | null;
    look: LearntLook | null;
    classCount: number;
    base: { memberWeights: MemberWeights | null } | null;
  },
): ChosenArchitecture {
  const { text, look, classCount, base } = options;
  const networkAlone: ChosenArchitecture = {
    architecture: 'LayoutLMv2',
    reason: null,
    weights: alone('network'),
    members: [],
    predictions: network,
  };
  if (text === null || look === null) return networkAlone;
  const saidByText = new Map([...text.validation, ...text.holdout].map((said) => [said.unit, said]));
  // Of a document that has gone since, there are no words.
  const [unread = new Float32Array()] = text.classifier.predict([[]]);
  const textOf = ({ unit }: UnitPrediction) => saidByText.get(unit)?.probabilities ?? unread;
  const saidByLook = new Map([...look.validation, ...look.holdout].map((said) => [said.unit, said]));
  const lookOf = ({ unit }: UnitPrediction) => {
    const said = saidByLook.get(unit);
    // Both see the same pages.
    if (!said) throw new Error(`the classifier of looks has not seen the document ${unit}`);
    return said.probabilities;
  };
  const unmeasured = weightsWithoutRows(base);
  const choice = chooseClassifier({
    network: network.validation.map(({ probabilities }) => probabilities),
    text: network.validation.map(textOf),
    look: network.validation.map(lookOf),
    labels: network.validation.map(({ label }) => label),
    classCount,
    unmeasured,
  });
  const reason = explain(choice, unmeasured);
  const { weights } = choice;
  const withProbabilities = (said: UnitPrediction, probabilities: Float32Array): UnitPrediction => ({
    ...said,
    probabilities,
    predicted: mostLikely(probabilities),
  });
  const judge = (by: (said: UnitPrediction) => Float32Array): Predictions => ({
    validation: network.validation.map((said) => withProbabilities(said, by(said))),
    holdout: network.holdout.map((said) => withProbabilities(said, by(said))),
  });
  switch (choice.chosen) {
    case 'network':
      return { ...networkAlone, reason };
    case 'text':
      return { architecture: 'TF-IDF', reason, weights, members: [], predictions: judge(textOf) };
    case 'average': {
      const average = (said: UnitPrediction) =>
        averageOf({ network: said.probabilities, text: textOf(said), look: lookOf(said) }, weights);
      const members = membersOf(choice);
      return { architecture: 'average', reason, weights, members, predictions: judge(average) };
    }
  }
}

function membersOf({ weights, figures }: ClassifierChoice): ModelMember[] {
  const member = (architecture: ArchitectureName, weight: number, of: RowFigures | undefined) => ({
    ...{ architecture, weight, validationMacroF1: of?.macroF1 ?? null, validationLoss: of?.loss ?? null },
  });
  return [
    member('LayoutLMv2', weights.network, figures?.network),
    member('TF-IDF', weights.text, figures?.text),
    ...(weights.look > 0 ? [member('HOG', weights.look, figures?.look)] : []),
  ];
}

function explain(
  { chosen, rows, isNumeric, weights, figures }: ClassifierChoice,
  unmeasured: MemberWeights,
): string {
  if (!isNumeric) return 'The network alone: not all that was said of the validation documents are numbers.';
  const average = `The average of network${weights.look > 0 ? ', text classifier and classifier of looks' : ' and text classifier'}`;
  if (chosen === 'average' && figures === null)
    return `${average}, with the weights of the average that the run went on from: ${rows} validation documents are fewer than the ${leastRowsToChoose} by which new ones are fitted and they are compared.`;
  if (chosen === 'text' && figures === null)
    return `The text classifier alone: ${rows} validation documents are fewer than the ${leastRowsToChoose} by which it is compared with the network and with averages, and a network that began with nothing needs more documents than these are likely to be.`;
  if (chosen === 'network' && figures === null && unmeasured.network === 0)
    return `The network alone, though it began with nothing: even on ${rows} validation documents, fewer than the ${leastRowsToChoose} by which averages are fitted and compared, it is clearly more often right than the text classifier.`;
  if (figures === null)
    return `The network alone: ${rows} validation documents are fewer than the ${leastRowsToChoose} by which it is compared with the text classifier and with averages.`;
  const list = (of: keyof RowFigures) => {
    const [network, text, look, all] = [figures.network, figures.text, figures.look, figures.average].map(
      (row) => row[of].toFixed(3),
    );
    return { network, text, look, all };
  };
  const [loss, macroF1] = [list('loss'), list('macroF1')];
  const told = `on ${rows} validation documents, each left out of the fit that it is judged by, the loss is ${loss.network} of the network, ${loss.text} of the text classifier, ${loss.look} of the classifier of looks and ${loss.all} of their average, the macro-F1 ${macroF1.network}, ${macroF1.text}, ${macroF1.look} and ${macroF1.all}.`;
  const kept = weights === unmeasured ? ', with the weights of the average that the run went on from' : '';
  const verdict = {
    network: 'The network alone, as neither the text classifier nor the average is clearly better',
    text: 'The text classifier alone, which is clearly better than the network, and the average is not better still',
    average: `${average}${kept}, which is clearly better than network and text classifier alone`,
  }[chosen];
  return `${verdict}: ${told}`;
}
