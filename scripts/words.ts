/** A word or idiom that the project does not use, and what it uses instead. */
interface Rule {
  readonly pattern: RegExp;
  readonly instead: string;
}

/** Where rules do not apply, and why. */
interface Exception {
  readonly path: RegExp;
  /** The exempt lines; absent: all lines of these files. */
  readonly line?: RegExp;
  readonly reason: string;
}

/** A line that breaks a rule. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly word: string;
  readonly instead: string;
}

/** Stilted English. STYLE.md has examples of the plain form. */
const IDIOMS: readonly Rule[] = [
  { pattern: /\b(?:un)?told\b/i, instead: 'reported, returned, shown, said' },
  {
    pattern: /\btell(?:s|ing)? (?:of|that|them|what|which|whether|how|who|nothing)\b/i,
    instead: 'report, show, reveal, say',
  },
  { pattern: /\bwhom(?:ever)?\b/i, instead: 'callers who, the person who' },
  {
    pattern:
      /(?<!\b(?:callers?|keys?|viewers?|people|persons?|users?|readers?|managers|roles?|those) )\bwho may\b/i,
    instead: 'callers who may',
  },
  { pattern: /\bwhoever\b/i, instead: 'a caller who, a process that' },
  { pattern: /\banew\b/i, instead: 'again, re-' },
  { pattern: /\bnobody\b/i, instead: 'no one, no caller; or say what does not happen' },
  { pattern: /\bsomebody\b/i, instead: 'a person, a caller, another process' },
  { pattern: /\bwhatever it\b/i, instead: 'regardless of' },
  { pattern: /\bfor ever\b/i, instead: 'permanently, forever' },
  { pattern: /\bput(?:s|ting)? aside\b/i, instead: 'restrict' },
  { pattern: /\btak(?:e|es|en|ing) (?:an? \w+ |it |them )?back\b/i, instead: 'undo, refund' },
  { pattern: /\bfor good\b/i, instead: 'permanently' },
  { pattern: /\b(?:any|every)body\b/i, instead: 'anyone, all callers, all persons' },
  { pattern: /\bhand(?:s|ed|ing)? in\b/i, instead: 'submit' },
  { pattern: /\bmend(?:s|ed|ing)?\b/i, instead: 'fix, repair' },
  { pattern: /\bset aside\b/i, instead: 'restrict' },
  { pattern: /\bon record\b/i, instead: 'in the audit log, stored' },
  { pattern: /\bshown this once\b/i, instead: 'shown only once' },
  { pattern: /\bin vain\b|\bas ever\b/i, instead: 'without success; as before' },
  { pattern: /\b(?:hence|thereby|whereby|therein|wherein|thereof)\b/i, instead: 'so, by this, in it' },
  { pattern: /\bevery way in\b|\bways in\b/i, instead: 'routes, endpoints' },
];

/** Words that were replaced: docs/glossary.md has the current ones. */
const OLD_WORDS: readonly Rule[] = [
  {
    pattern: /\bwalls?\b(?![- ]clock)|[a-z]Walls?\b|\bWall(?!Clock|Seconds)[A-Z]/,
    instead: 'scoped views',
  },
  { pattern: /\b[Tt]iles?\b|(?<=[a-z])Tiles?\b|\bTile[A-Z]/, instead: 'live query, chart' },
  { pattern: /(?<!\ba )\blots?\b(?! of\b)|[a-z]Lots?\b/, instead: 'release' },
  {
    pattern: /\bembedded records?\b|\bthe record(?:'s|’s)?(?! of\b)(?![-\w])/i,
    instead: 'database; a record is one row',
  },
  { pattern: /\bsigned heads?\b|\bfile of heads\b/i, instead: 'checkpoint, checkpoint file' },
  { pattern: /\bthe vault\b|\bVaultDeps\b|\bnew Vault\b|: Vault\b/, instead: 'subject encryption' },
  {
    pattern: /\b(?:Open(?:ed)?Record|openRecord|Record(?:Cells|Mappings)|acceptRows|createAcceptor)\b/,
    instead: 'OpenDatabase, CellDictionary, MappingRegistry, storeResponses, createIngestor',
  },
  { pattern: /\bsealed text\b(?!,)/i, instead: 'encrypted text: a seal is a Merkle seal' },
  { pattern: /\b(?:Holdings|holdingsOf|putAside)\b/, instead: 'SubjectAccessReport, restrict' },
  {
    pattern: /\b(?:noteLeaves|forgetLeaves|LeafNotes?|leaf-notes)\b/,
    instead: 'recordTombstones, tombstoneLeaves, leaf-tombstones',
  },
  {
    pattern:
      /\b(?:whole-log|check-whole|check-parts|sound-rollups|open-log|find-start|mark-starts|lineage-marks|impact-marks|project-marks)\b/,
    instead: 'the names of docs/glossary.md',
  },
];

const EXCEPTIONS: readonly Exception[] = [
  { path: /^migrations\//, reason: 'applied migrations never change' },
  { path: /^(?:scripts\/words(?:\.test)?\.ts|STYLE\.md)$/, reason: 'they quote the words' },
  { path: /^scoring\/features\.ts$/, reason: 'models pin the SHA-256 of this file' },
  { path: /^scoring\/(?:models|training)\//, reason: 'models and the texts that they learn from' },
  { path: /^test\/fixtures\/(?:prov|openlineage|data-folders)\//, reason: 'published schemas, stored data' },
  {
    path: /^(?:store|test)\//,
    line: /\blots?\b/,
    reason: 'table disclosure_lot and column disclosure_ledger.lots keep their names, as data does',
  },
  {
    path: /^ingestion\/demo\/draft\.ts$/,
    line: /simulated traffic: nobody answered this/,
    reason: 'the definition is part of a stored mapping key',
  },
  {
    path: /^test\//,
    line: /^(?!\s*(?:\/\/|\/?\*|(?:it|describe)\b)).*\b(?:nobody|somebody)\b/i,
    reason: 'made-up people and comments in test data',
  },
  {
    path: /^(?:test|domain)\//,
    line: /nobody told us anything/,
    reason: 'a made-up comment',
  },
  {
    path: /./,
    line: /Nobody (?:answered my ticket|rang back)|and then nobody answered/,
    reason: 'made-up comments of respondents',
  },
  {
    path: /^domain\/privacy\/redaction\/phone-cues\.ts$/,
    line: /\blot\b/,
    reason: 'a word that people write',
  },
  {
    path: /^agents\/narrator\/verify\.ts$/,
    line: /\|hence\b/,
    reason: 'a list of words that texts are searched for',
  },
  { path: /./, line: /'wall_\w+'/, reason: 'names of prepared statements' },
];

const RULES = [...IDIOMS, ...OLD_WORDS];
const READ = /\.(?:tsx?|css|js|mjs|cjs|md|graphql|html|cedar|ya?ml|sh)$/;

/** Whether the words of a file are checked at all. */
export function isChecked(path: string): boolean {
  return READ.test(path) && !EXCEPTIONS.some((exception) => !exception.line && exception.path.test(path));
}

/** The lines of a file that use an old word, one finding for each line. */
export function findOldWords(path: string, text: string): Finding[] {
  const exempt = EXCEPTIONS.filter((exception) => exception.path.test(path));
  if (!isChecked(path)) return [];
  return text.split('\n').flatMap((content, index) => {
    if (exempt.some(({ line }) => line?.test(content))) return [];
    for (const { pattern, instead } of RULES) {
      const [word] = pattern.exec(content) ?? [];
      if (word !== undefined) return [{ path, line: index + 1, word, instead }];
    }
    return [];
  });
}
