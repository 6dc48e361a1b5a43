import type { HeadingWords } from './heading-words.ts';

/* A word that several languages share stands in one of them. */

export const GERMAN: HeadingWords = {
  id: ['nr', 'antwort id', 'antwortnummer', 'nummer', 'externe id'],
  strongId: ['antwort id'],
  answered: ['beantwortet', 'beantwortet am', 'abgeschickt', 'antwortdatum', 'eingegangen', 'zeitstempel'],
  date: ['datum', 'zeit', 'uhrzeit'],
  otherDate: ['geandert', 'geburtsdatum', 'versendet', 'beginn', 'begonnen'],
  revision: ['geandert', 'geandert am', 'letzte anderung'],
  recommend: ['weiterempfehlen', 'weiterempfehlung', 'empfehlen', 'wahrscheinlich'],
  score: ['bewertung', 'punkte', 'punktzahl'],
  count: ['anzahl', 'alter', 'jahr'],
  comment: ['kommentar', 'kommentare', 'warum', 'grund', 'begrundung', 'anmerkung'],
  respondent: ['kunde', 'kundennummer', 'kunden id', 'e mail adresse', 'benutzer'],
  dimensions: {
    region: ['land', 'markt', 'bundesland'],
    productLine: ['produkt', 'produktlinie', 'dienst', 'tarif'],
    lifecycleStage: ['kundenphase', 'kundensegment'],
    channel: ['kanal', 'gerat', 'kontaktpunkt'],
  },
};

export const DUTCH: HeadingWords = {
  answered: ['tijdstempel', 'ingevuld op'],
  date: ['tijd'],
  recommend: ['aanbevelen'],
  score: ['beoordeling'],
  comment: ['opmerking', 'opmerkingen', 'waarom', 'toelichting'],
  respondent: ['klant', 'klantnummer'],
  dimensions: { region: ['regio'], channel: ['kanaal', 'apparaat'] },
};

export const SWEDISH: HeadingWords = {
  answered: ['tidsstampel'],
  date: ['tid'],
  recommend: ['rekommendera'],
  score: ['betyg'],
  comment: ['varfor'],
  respondent: ['kund'],
};

export const DANISH: HeadingWords = { date: ['dato'], recommend: ['anbefale'], comment: ['hvorfor'] };
