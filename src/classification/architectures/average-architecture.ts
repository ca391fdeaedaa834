/** Several classifiers of any architecture that speak with one voice, each with a weight: of a page, and of the whole document. */

import { averageLogarithms } from '../../linear-classifiers/average/averaging.js';
import type { ArchitectureName } from '../../models/architecture.js';
import { readAverage } from '../../models/average-folder.js';
import { shareImages } from '../page-readers.js';
import type { Architecture, DocumentScores, LoadedClassifier, Scores } from './architecture.js';

/** @param getArchitecture how members are loaded; told late, as an average stands in the same list. */
export function createAverageArchitecture(
  getArchitecture: (name: ArchitectureName) => Architecture,
): Architecture {
  return {
    async load(options) {
      const members: { weight: number; classifier: LoadedClassifier }[] = [];
      const dispose = async () => {
        for (const { classifier } of members) await classifier.dispose();
      };
      try {
        for (const { architecture, weight, folder } of (await readAverage(options.folder)).members) {
          const classifier = await getArchitecture(architecture).load({ ...options, folder });
          members.push({ weight, classifier });
        }
      } catch (error) {
        await dispose();
        throw error;
      }
      const [first] = members;
      if (!first) throw new Error(`${options.folder} has no members.`);
      const average = (said: readonly Scores[]): Scores => ({
        probabilities: averageLogarithms(
          said.map(({ probabilities }, index) => ({ probabilities, weight: members[index]?.weight ?? 0 })),
        ),
        embedding: said.find(({ embedding }) => embedding !== null)?.embedding ?? null,
        noneOfTheseScore: said.find((scores) => scores.noneOfTheseScore !== null)?.noneOfTheseScore ?? null,
        durationMs: said.reduce((sum, { durationMs }) => sum + durationMs, 0),
        truncatedTokens: Math.max(...said.map(({ truncatedTokens }) => truncatedTokens)),
      });
      return {
        computedBy: first.classifier.computedBy,
        async score(pages, readers, signal) {
          const said: DocumentScores[] = [];
          const shared = shareImages(readers);
          for (const { classifier } of members) said.push(await classifier.score(pages, shared, signal));
          return {
            pages: pages.map((_, page) => average(said.flatMap((scores) => scores.pages[page] ?? []))),
            whole: average(said.map(({ whole }) => whole)),
          };
        },
        dispose,
      };
    },
  };
}
