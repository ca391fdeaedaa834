// Writes schema.graphql from the resolvers, without a database: the schema is in the classes.
import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildApi } from '../dist/app.js';
import { readConfig } from '../dist/config.js';
import { connectDatabase } from '../dist/platform/database/database.js';
import { buildGraphqlSchema, createLiveFeed } from '../dist/platform/graphql/schema.js';
import { createLog } from '../dist/platform/log.js';

const connection = connectDatabase('postgresql://never-connected', { maxConnections: 1 });
const log = createLog({ level: 'silent', role: 'schema' });
const { resolvers } = buildApi({ config: readConfig({}), connection, log });
const schema = await buildGraphqlSchema(resolvers, createLiveFeed());
await writeFile(
  'schema.graphql',
  `# Made by \`npm run schema\`; do not edit.\n\n${printSchema(lexicographicSortSchema(schema))}\n`,
);
