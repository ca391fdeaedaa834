import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // The Prisma command line reads the address only for its own commands; Classeur applies its migrations itself.
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
