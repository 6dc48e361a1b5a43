import type { HeadingWords } from './heading-words.ts';

/* A word that several languages share stands in one of them. */

export const POLISH: HeadingWords = {
  answered: ['sygnatura czasowa'],
  date: ['czas'],
  recommend: ['polecic'],
  score: ['ocena'],
  comment: ['komentarz', 'dlaczego'],
  dimensions: { region: ['kraj'] },
};

export const RUSSIAN: HeadingWords = {
  date: ['дата'],
  recommend: ['порекомендуете'],
  score: ['оценка'],
  comment: ['комментарий', 'почему'],
  dimensions: { region: ['страна'], productLine: ['продукт'], channel: ['канал'] },
};

export const TURKISH: HeadingWords = {
  date: ['tarih'],
  recommend: ['tavsiye'],
  score: ['puan'],
  comment: ['yorum', 'neden'],
  dimensions: { region: ['ulke'], productLine: ['urun'] },
};

export const FINNISH: HeadingWords = { recommend: ['suositella'], comment: ['miksi'] };
