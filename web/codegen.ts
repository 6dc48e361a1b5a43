import type { CodegenConfig } from '@graphql-codegen/cli';

/** Part of npm run web:codegen (.ci/web-codegen.mjs): types and texts of the pages' operations (web/src/gql). */
export default {
  schema: 'schema.graphql',
  documents: ['web/src/**/*.{ts,tsx}', '!web/src/gql/**'],
  ignoreNoDocuments: true,
  generates: {
    'web/src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { DateTime: 'string', Duration: 'string', JSON: 'unknown' },
      },
    },
  },
  importExtension: '.ts',
  emitLegacyCommonJSImports: false,
  hooks: {},
} satisfies CodegenConfig;
