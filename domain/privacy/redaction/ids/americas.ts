import { cues } from '../cues.ts';
import * as check from './americas-checks.ts';
import { luhnRemainder } from './check-digits.ts';
import { type CountryPack, ELEVEN, NINE } from './rules.ts';

const SSN = /(?<![\w-])(?!000|666)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}(?![\w-])/g;

/** Identifiers of American countries. */
export const AMERICAS: Readonly<Record<string, CountryPack>> = {
  us: [{ pattern: SSN }, { pattern: NINE, cue: cues('ssn itin', 'social_security') }],
  ca: [
    {
      pattern: NINE,
      isValid: (n) => luhnRemainder(n) === 0,
      cue: cues('sin nas', 'social_insurance assurance_sociale'),
    },
  ],
  br: [
    { pattern: /(?<![\w.,-])\d{3}\.\d{3}\.\d{3}-\d\d(?![\w-])/g, isValid: check.isCpf },
    { pattern: ELEVEN, isValid: check.isCpf, cue: cues('cpf') },
    { pattern: /(?<![\w.,-])\d\d\.\d{3}\.\d{3}\/\d{4}-\d\d(?![\w-])/g, isValid: check.isCnpj },
    { pattern: /(?<![\w.,-])\d{14}(?![\w-])/g, isValid: check.isCnpj, cue: cues('cnpj') },
    { pattern: /(?<![\w.,-])\d{3}\.\d{5}\.\d\d-\d(?![\w-])/g, isValid: check.isPis },
    { pattern: ELEVEN, isValid: check.isPis, cue: cues('pis pasep nis') },
  ],
  mx: [
    { pattern: /(?<![\w-])[A-Z][AEIOUX][A-Z]{2}\d{6}[HMX][A-Z]{5}[A-Z\d]\d(?![\w-])/gi },
    {
      pattern: /(?<![\w-])[A-ZÑ&]{4}[ -]?\d{6}[ -]?[A-Z\d]{2}[A\d](?![\w-])/gi,
      isValid: check.isRfc,
      isLoose: true,
    },
    { pattern: /(?<![\w-])[A-ZÑ&]{4}[ -]?\d{6}[ -]?[A-Z\d]{3}(?![\w-])/gi, cue: cues('rfc') },
  ],
  cl: [
    { pattern: /(?<![\w.,-])\d{1,2}\.\d{3}\.\d{3}-[\dK](?![\w-])/gi, isValid: check.isRut },
    { pattern: /(?<![\w.,-])\d{7,8}-[\dK](?![\w-])/gi, isValid: check.isRut, isLoose: true },
    {
      pattern: /(?<![\w.,-])\d{7,8}[ -]?[\dK](?![\w-])/gi,
      isValid: check.isRut,
      cue: cues('rut run', 'r.u.t. r.u.n.'),
    },
  ],
  ar: [
    { pattern: /(?<![\w.,-])(?:2[03467]|3[034])-\d{8}-\d(?![\w-])/g, isValid: check.isCuit },
    { pattern: ELEVEN, isValid: check.isCuit, cue: cues('cuit cuil') },
    { pattern: /(?<![\w.,-])\d{1,2}\.?\d{3}\.?\d{3}(?![\w-]|[.,]\d)/g, cue: cues('dni') },
  ],
  co: [
    { pattern: /(?<![\w.,-])\d{3}\.?\d{3}\.?\d{3}[ -]?\d(?![\w-])/g, isValid: check.isNit, cue: cues('nit') },
    {
      pattern: /(?<![\w.,-])\d{1,4}(?:\.?\d{3}){2}(?![\w-]|[.,]\d)/g,
      cue: cues('c.c. cedula_de cedula_no cedula_numero cedula_ciudadania'),
    },
  ],
  pe: [{ pattern: ELEVEN, isValid: check.isRuc, cue: cues('ruc') }],
  ec: [
    {
      pattern: /(?<![\w.,-])\d{9}-?\d(?![\w-])/g,
      isValid: check.isCedulaOfEcuador,
      cue: cues('cedula ci', 'c.i.'),
    },
  ],
  uy: [
    { pattern: /(?<![\w.,-])[1-9]\.\d{3}\.\d{3}-\d(?![\w-])/g, isValid: check.isCedulaOfUruguay },
    {
      pattern: /(?<![\w.,-])\d{6,7}-?\d(?![\w-])/g,
      isValid: check.isCedulaOfUruguay,
      cue: cues('cedula ci', 'c.i.'),
    },
  ],
  ve: [
    { pattern: /(?<![\w-])[VEJPG]-?\d{8}-?\d(?![\w-])/gi, isValid: check.isRif },
    { pattern: /(?<![\w-])[VE]-?\d{1,2}\.?\d{3}\.?\d{3}(?![\w-])/gi, cue: cues('cedula ci', 'c.i.') },
  ],
  do: [
    { pattern: /(?<![\w.,-])\d{3}-\d{7}-\d(?![\w-])/g, isValid: check.isCedulaOfDominicana },
    { pattern: ELEVEN, isValid: check.isCedulaOfDominicana, cue: cues('cedula') },
  ],
};
