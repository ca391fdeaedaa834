// The house rules: each comment is the sentence it enforces.
const features = ['documents', 'ocr', 'labels', 'models', 'classification', 'training'];

const leftward = features.slice(0, -1).map((feature, index) => ({
  name: `features-import-leftward-${feature}`,
  comment:
    'Features import only to the left: documents <- ocr <- labels <- models <- classification <- training.',
  severity: 'error',
  from: { path: `^src/${feature}/` },
  to: { path: `^src/(${features.slice(index + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'nobody-imports-the-top',
      comment: 'Nobody imports main, app or pipeline (main starts app, app wires the pipeline).',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main|app|pipeline)\\.ts$' },
      to: { path: '^src/(main|app|pipeline)\\.ts$' },
    },
    {
      name: 'web-imports-no-server-file',
      comment: 'web imports nothing from src.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/' },
    },
    ...leftward,
    {
      name: 'features-and-platform-know-no-configuration',
      comment: 'Settings reach a feature as arguments: only the top reads config.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/config\\.ts$' },
    },
    {
      name: 'layoutlmv2-stands-alone',
      comment: 'layoutlmv2 imports itself, shared, TensorFlow.js and Node.',
      severity: 'error',
      from: { path: '^src/layoutlmv2/' },
      to: {
        pathNot: '^(src/(layoutlmv2|shared)/|node_modules/(@tensorflow/|webgpu/))',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'linear-classifiers-stand-alone',
      comment: 'linear-classifiers imports itself, the numbers and file formats of layoutlmv2, and Node.',
      severity: 'error',
      from: { path: '^src/linear-classifiers/' },
      to: { path: '^src/', pathNot: '^src/(linear-classifiers|layoutlmv2|shared)/' },
    },
    {
      name: 'shared-imports-nothing',
      comment: 'shared imports nothing.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { pathNot: '^src/shared/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'platform-knows-no-feature',
      comment: 'platform imports shared and its library.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/', pathNot: '^src/(platform|shared)/' },
    },
    {
      name: 'access-knows-no-feature',
      comment: 'access imports platform and shared.',
      severity: 'error',
      from: { path: '^src/access/' },
      to: { path: '^src/', pathNot: '^src/(access|platform|shared)/' },
    },
    {
      name: 'prisma-in-repositories-only',
      comment: 'Prisma: *.repository.ts and platform/database.',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.repository\\.ts$|^src/platform/database/)' },
      to: { path: '(^node_modules/@?prisma/|^src/platform/database/generated/)' },
    },
    {
      name: 'type-graphql-at-the-edge-only',
      comment: 'type-graphql: *.types.ts, *.inputs.ts, *.resolver.ts and platform/graphql.',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.(types|inputs|resolver)\\.ts$|^src/platform/graphql/)' },
      to: { path: '^node_modules/(type-graphql|graphql-scalars|graphql-upload-minimal|@apollo)/' },
    },
    {
      name: 'tesseract-in-ocr-only',
      comment: 'Tesseract: ocr/tesseract*.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ocr/tesseract[^/]*\\.ts$' },
      to: { path: '^node_modules/tesseract\\.js/' },
    },
    {
      name: 'tensorflow-in-the-network-only',
      comment: 'TensorFlow.js: layoutlmv2 and one adapter in each feature that runs a model.',
      severity: 'error',
      from: { path: '^src/', pathNot: '(^src/layoutlmv2/|\\.adapter\\.ts$)' },
      to: { path: '^node_modules/@tensorflow/' },
    },
    {
      name: 'no-foreign-repository-or-resolver',
      comment: "Across features: use cases and types, never another feature's repository or resolver.",
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: `^src/(${features.join('|')})/.*\\.(repository|resolver)\\.ts$`, pathNot: '^src/$1/' },
    },
    {
      name: 'no-barrels',
      comment: 'No barrel index.ts.',
      severity: 'error',
      from: {},
      to: { path: '^src/.*/index\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'No import goes round in a circle.',
      severity: 'error',
      from: { pathNot: '^src/platform/database/generated/' },
      to: { circular: true, pathNot: '^src/platform/database/generated/' },
    },
    {
      name: 'no-orphans',
      comment: 'Every file is reached by another.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot:
          '(^src/main\\.ts$|^src/documents/rendering/page-worker\\.ts$|^web/|\\.d\\.ts$|^src/platform/database/generated/)',
      },
      to: {},
    },
    {
      name: 'only-listed-packages',
      comment: 'Whatever src imports is in package.json, not among the tools.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // TypeScript 7 has no JavaScript API to parse with.
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
