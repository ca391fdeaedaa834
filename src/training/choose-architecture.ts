/**
 * Which of what a run has learnt may serve: the network, the text classifier, or the average of the two, by the validation documents;
 * and why, in sentences for people. What is chosen is what the gate judges and what all figures are of.
 */
import { mostLikely } from '../layoutlmv2/probability.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import { averageLogarithms } from '../linear-classifiers/average/averaging.js';
import {
  type ClassifierChoice,
  chooseClassifier,
  leastRowsToChoose,
  type MemberWeights,
  type RowFigures,
} from '../linear-classifiers/average/choose-classifier.js';
import type { ArchitectureName } from '../models/architecture.js';
import type { ModelMember } from '../models/model-version.js';
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

/** The weights of an average of a network and a text classifier; null for members that are none. */
export function memberWeightsOf(members: readonly ModelMember[]): MemberWeights | null {
  const weightOf = (name: ArchitectureName) =>
    members.find(({ architecture }) => architecture === name)?.weight ?? 0;
  const weights = { network: weightOf('LayoutLMv2'), text: weightOf('TF-IDF') };
  return weights.network > 0 && weights.text > 0 ? weights : null;
}

/**
 * @param text null where no document was left to learn words from
 * @param options.earlier the weights of the average that the run went on from; null where it was none
 */
export function chooseArchitecture(
  network: Predictions,
  text: LearntText | null,
  { classCount, earlier }: { classCount: number; earlier: MemberWeights | null },
): ChosenArchitecture {
  const alone: ChosenArchitecture = {
    architecture: 'LayoutLMv2',
    reason: null,
    weights: { network: 1, text: 0 },
    members: [],
    predictions: network,
  };
  if (text === null) return alone;
  const saidByText = new Map([...text.validation, ...text.holdout].map((said) => [said.unit, said]));
  // Of a document that has gone since, there are no words.
  const [unread = new Float32Array()] = text.classifier.predict([[]]);
  const textOf = ({ unit }: UnitPrediction) => saidByText.get(unit)?.probabilities ?? unread;
  const choice = chooseClassifier({
    network: network.validation.map(({ probabilities }) => probabilities),
    text: network.validation.map(textOf),
    labels: network.validation.map(({ label }) => label),
    classCount,
    earlier,
  });
  const reason = explain(choice);
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
      return { ...alone, reason };
    case 'text':
      return { architecture: 'TF-IDF', reason, weights, members: [], predictions: judge(textOf) };
    case 'average': {
      const average = (said: UnitPrediction) =>
        averageLogarithms([
          { probabilities: said.probabilities, weight: weights.network },
          { probabilities: textOf(said), weight: weights.text },
        ]);
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
  ];
}

function explain({ chosen, rows, figures }: ClassifierChoice): string {
  if (chosen === 'average' && figures === null)
    return `The average of network and text classifier, with the weights of the average that the run went on from: ${rows} validation documents are fewer than the ${leastRowsToChoose} by which new ones are fitted and the three are compared.`;
  if (rows < leastRowsToChoose)
    return `The network alone: ${rows} validation documents are fewer than the ${leastRowsToChoose} by which it is compared with the text classifier and with their average.`;
  if (figures === null)
    return 'The network alone: not all that it says of the validation documents are numbers.';
  const told = `on ${rows} validation documents, each left out of the fit that it is judged by, the loss is ${figures.network.loss.toFixed(3)} of the network, ${figures.text.loss.toFixed(3)} of the text classifier and ${figures.average.loss.toFixed(3)} of their average, the macro-F1 ${figures.network.macroF1.toFixed(3)}, ${figures.text.macroF1.toFixed(3)} and ${figures.average.macroF1.toFixed(3)}.`;
  const verdict = {
    network: 'The network alone, as neither the text classifier nor the average of the two is clearly better',
    text: 'The text classifier alone, which is clearly better than the network, and the average of the two is not better still',
    average: 'The average of network and text classifier, which is clearly better than either',
  }[chosen];
  return `${verdict}: ${told}`;
}
