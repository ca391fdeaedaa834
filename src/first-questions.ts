/** What people see first, as they ask for it: the lists of documents, labels and runs. Asked at the start, so that they need not wait. */
export const firstQuestions: readonly string[] = [
  `{ documents(first: 20) { totalCount pageInfo { endCursor } edges { node {
    id filename status needsReview createdAt label { id name } pages { number thumbnailUrl }
  } } } }`,
  '{ labels { id name documentCount } }',
  `{ trainingRuns(first: 20) { totalCount pageInfo { hasNextPage endCursor } edges { node {
    id number status statusReason trigger note tags createdAt startedAt finishedAt
    progress { epoch totalEpochs step totalSteps secondsLeft }
    failure { code message }
    dataset { id createdAt holdoutVersion counts { split documents label { id name } } }
    bestEpoch { epoch trainLoss validationLoss validationAccuracy validationMacroF1 }
    metrics { accuracy accuracyLow accuracyHigh macroF1 macroF1Low macroF1High loss ece support }
    baseline { accuracy macroF1 }
    gateDecision { verdict code reason difference differenceLow differenceHigh servingModel { id number } }
    baseModel { id number }
    modelVersion { id number aliases labels { id name } }
  } } } }`,
];
