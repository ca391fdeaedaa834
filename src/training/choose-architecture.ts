/**
 * Which of what a run has learnt may serve: the network, the text classifier, or the average of both and a classifier of looks, by the
 * validation documents; and why, in sentences for people. What is chosen is what the gate judges and what all figures are of.
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

/** What a run went on from; null where its network began with nothing. */
type Base = { memberWeights: MemberWeights | null } | null;

/** Of a network that was pre-trained, and text and looks that begin with nothing: not measured. */
const weightsBesidePretrained: MemberWeights = { network: 0.5, text: 0.5, look: 0.2 };
/**
 * Where all three begin with nothing. The text classifier is far less sure than it is right, hence a weight above 1: of 25, 100 and 425
 * scans text and looks, 1.5 to 0.3 as well as to 0.5, learnt 73.5, 82.6 and 88.3 % of others with a loss of 0.85, 0.55 and 0.36, the text
 * alone 71.8, 82.0 and 86.0 % with 1.09, 0.78 and 0.49. A network needs hundreds of documents, of 25 to 100 it learnt to tell about half:
 * with a sixth of the text's weight the average was right of 65.9, 77.3 and 87.2 % instead of 65.6, 75.7 and 86.1 % (25, 25 and 100 scans), and
 * more made it no better.
 */
const weightsFromNothing: MemberWeights = { network: 0.2, text: 1.5, look: 0.4 };

/** The weights that an average begins with. */
export function priorWeightsOf(base: Base): MemberWeights {
  if (base === null) return weightsFromNothing;
  return base.memberWeights ?? weightsBesidePretrained;
}

/**
 * @param options.text null where no document was left to learn words from
 * @param options.look null where there was no page to learn looks from
 */
export function chooseArchitecture(
  network: Predictions,
  options: {
    text: LearntText | null;
    look: LearntLook | null;
    classCount: number;
    base: Base;
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
  const choice = chooseClassifier({
    network: network.validation.map(({ probabilities }) => probabilities),
    text: network.validation.map(textOf),
    look: network.validation.map(lookOf),
    labels: network.validation.map(({ label }) => label),
    classCount,
    prior: priorWeightsOf(base),
  });
  const reason = explain(choice, base);
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

function explain({ chosen, rows, isNumeric, weights, figures }: ClassifierChoice, base: Base): string {
  if (!isNumeric) return 'The network alone: not all that was said of the validation documents are numbers.';
  const alone = chosen === 'text' ? 'The text classifier alone' : 'The network alone';
  const average = `The average of network${weights.look > 0 ? ', text classifier and classifier of looks' : ' and text classifier'}`;
  const origin = base?.memberWeights
    ? 'those of the average that the run went on from'
    : 'those that are usual for such a run';
  if (figures === null && chosen === 'average')
    return `${average}. Its weights are ${origin}: ${rows} validation documents are fewer than the ${leastRowsToChoose} by which new ones are fitted and classifiers compared.`;
  if (figures === null)
    return `${alone}: even on ${rows} validation documents, fewer than the ${leastRowsToChoose} by which averages are fitted, it is clearly more often right than the average of all.`;
  const list = (of: keyof RowFigures) => {
    const [network, text, look, all] = [figures.network, figures.text, figures.look, figures.average].map(
      (row) => row[of].toFixed(3),
    );
    return { network, text, look, all };
  };
  const [loss, macroF1] = [list('loss'), list('macroF1')];
  const told = `on ${rows} validation documents, each left out of the fit that it is judged by, the loss is ${loss.network} of the network, ${loss.text} of the text classifier, ${loss.look} of the classifier of looks and ${loss.all} of their average, the macro-F1 ${macroF1.network}, ${macroF1.text}, ${macroF1.look} and ${macroF1.all}.`;
  const verdict =
    chosen === 'average'
      ? `${average}, with weights fitted near ${origin}; neither network nor text classifier alone is as good`
      : `${alone}, than which the average is no better`;
  return `${verdict}: ${told}`;
}
