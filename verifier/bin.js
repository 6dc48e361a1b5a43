#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { verifyProof } from './verify.js';

const USAGE = 'usage: scoreline-verify FILE [--key FINGERPRINT] [--heads HEADS.ndjson]\n';

function wrongly(message) {
  process.stderr.write(`${message}\n${USAGE}`);
  process.exit(2);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return wrongly(`${file} cannot be read: ${error.message}`);
  }
}

function main() {
  let given;
  try {
    const options = { key: { type: 'string' }, heads: { type: 'string' } };
    given = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return wrongly(error.message);
  }
  const { values, positionals } = given;
  if (positionals.length !== 1) return wrongly('one file is expected');
  let proof;
  try {
    proof = JSON.parse(read(positionals[0]));
  } catch (error) {
    return wrongly(`${positionals[0]} is no JSON: ${error.message}`);
  }
  // Also as curl saves a GraphQL answer.
  proof = proof?.data?.exportProof ?? proof;
  const heads =
    values.heads === undefined
      ? []
      : read(values.heads)
          .split('\n')
          .filter((line) => line !== '');
  const { verdict, reason, ...facts } = verifyProof(proof, { key: values.key, heads });
  process.stdout.write(`${verdict}${reason ? `: ${reason}` : ''}\n`);
  for (const [name, value] of Object.entries(facts)) process.stdout.write(`  ${name.padEnd(12)}${value}\n`);
  process.exit(verdict === 'MISMATCH' || verdict === 'UNVERIFIABLE' ? 1 : 0);
}

main();
