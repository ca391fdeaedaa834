/** Lets what the gate has found take effect: writes it down, and puts the version into service where it may serve. */
import type { RequireLicence } from '../models/licence.js';
import type { ModelFact, ReadyModelVersion } from '../models/model-version.js';
import { serveInsteadOf } from '../models/promote-model.js';
import type { Transaction } from '../platform/database/database.js';
import { AppError } from '../shared/errors.js';
import { insertGateDecision } from './gate.repository.js';
import type { GateJudgement } from './judge-run.js';
import type { GateFindings } from './promotion-gate.js';

/** In the transaction that registers the version. @returns what became of it, in words for the run. */
export async function applyGate(
  tx: Transaction,
  made: { runId: string; version: ReadyModelVersion; judgement: GateJudgement },
  dependencies: {
    requireLicence: RequireLicence;
    announce: (tx: Transaction, fact: ModelFact) => Promise<void>;
  },
): Promise<string> {
  const { runId, version, judgement } = made;
  const { policy, servingId } = judgement;
  const findings = await serveIfAllowed(tx, version, judgement, dependencies);
  await insertGateDecision(tx, { runId, servingModelId: servingId }, findings, policy);
  const { verdict, reason } = findings;
  if (verdict === 'PROMOTED') return `Serves: ${reason}`;
  const kept = verdict === 'KEPT' ? 'Kept as a candidate' : 'Refused by the gate and kept as a candidate';
  return `${kept}: ${reason}; promoteModel makes it serve`;
}

async function serveIfAllowed(
  tx: Transaction,
  version: ReadyModelVersion,
  { findings, servingId }: GateJudgement,
  {
    requireLicence,
    announce,
  }: {
    requireLicence: RequireLicence;
    announce: (tx: Transaction, fact: ModelFact) => Promise<void>;
  },
): Promise<GateFindings> {
  if (findings.verdict !== 'PROMOTED') return findings;
  try {
    requireLicence(version.licence, `Model version ${version.number}`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      ...findings,
      verdict: 'KEPT',
      code: 'LICENCE_REFUSED',
      reason: `${error.message} ${findings.reason}`,
    };
  }
  const { reason } = findings;
  if (await serveInsteadOf(tx, version, { expectedId: servingId, reason }, announce)) return findings;
  return {
    ...findings,
    verdict: 'KEPT',
    code: 'SERVING_CHANGED',
    reason: `Another version began to serve while this one was measured against the one before. ${reason}`,
  };
}
