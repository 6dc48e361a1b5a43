import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { documentsOf } from './page-documents.mjs';

/** How the pages are built; cli/build/web.mjs adds where to. */
export default {
  plugins: [documentsWhereTheyAreUsed(), react()],
  logLevel: 'warn',
  publicDir: false,
  // The server puts a number used once in its place (api/http/pages.ts).
  html: { cspNonce: 'NONCE-OF-THIS-ANSWER' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { chunkFileNames: chunkName } },
  },
};

/** A screen's chunk is called after its folder. */
function chunkName({ facadeModuleId }) {
  const [, screen] = /\/screens\/([\w-]+)\/index\.tsx$/.exec(facadeModuleId ?? '') ?? [];
  return screen ? `assets/${screen}-[hash].js` : 'assets/[name]-[hash].js';
}

/**
 * Puts the text of each document into the module that uses it. `graphql()` looks documents up in one table of all, which every
 * first screen would load.
 */
function documentsWhereTheyAreUsed() {
  const TAG = /\bgraphql\(\s*`([^`]*)`,?\s*\)/g;
  const IMPORT = /import \{ graphql \} from '([./]+)\/gql\/gql\.ts';/;
  let texts = new Map();
  return {
    name: 'documents-where-they-are-used',
    enforce: 'pre',
    buildStart() {
      texts = documentsOf(readFileSync(new URL('./src/gql/graphql.ts', import.meta.url), 'utf8'));
    },
    transform(code, id) {
      if (!/\/src\/.*\.tsx?$/.test(id) || id.includes('/src/gql/') || !IMPORT.test(code)) return null;
      return code
        .replace(IMPORT, (_, path) => `import { TypedDocumentString } from '${path}/gql/graphql.ts';`)
        .replace(TAG, (_, source) => {
          const [, name] = /(?:query|mutation|subscription)\s+(\w+)/.exec(source) ?? [];
          const text = texts.get(name);
          if (text === undefined)
            throw new Error(`${id}: run npm run web:codegen, ${name ?? 'a document'} is new`);
          return `new TypedDocumentString(${JSON.stringify(text)})`;
        });
    },
  };
}
