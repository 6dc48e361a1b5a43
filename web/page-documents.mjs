import { createRequest, formatDocument, stringifyDocument } from '@urql/core';

/** The texts of the pages' documents as a browser holds them, by name and with their fragments; of src/gql/graphql.ts. */
export function documentsOf(generated) {
  const documents = new Map();
  for (const [, name, text] of generated.matchAll(
    /export const (\w+)Document = new TypedDocumentString\(`([^`]*)`/g,
  ))
    documents.set(name, text.replace(/\s+/g, ' ').trim());
  return documents;
}

/**
 * The texts that a browser sends for a document: live updates send it as it is (src/lib/live.ts); for everything else urql
 * prints it again, with the `__typename` that its cache needs (src/lib/api.ts).
 */
export const textsSent = (text) => [text, stringifyDocument(formatDocument(createRequest(text, {}).query))];
