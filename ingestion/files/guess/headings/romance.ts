import type { HeadingWords } from './heading-words.ts';

/* A word that several languages share stands in one of them. */

export const FRENCH: HeadingWords = {
  id: ['identifiant', 'id reponse'],
  strongId: ['id reponse'],
  answered: ['horodateur', 'date de reponse', 'repondu le'],
  date: ['jour'],
  otherDate: ['debut'],
  revision: ['modifie le'],
  recommend: ['recommander', 'recommandation', 'recommanderiez'],
  score: ['note'],
  count: ['nombre'],
  comment: ['commentaire', 'commentaires', 'pourquoi', 'raison', 'avis'],
  respondent: ['client', 'id client', 'adresse e mail', 'courriel'],
  dimensions: {
    region: ['pays', 'marche'],
    productLine: ['produit', 'ligne de produits', 'gamme'],
    lifecycleStage: ['etape', 'phase client'],
    channel: ['appareil'],
  },
};

export const SPANISH: HeadingWords = {
  id: ['numero', 'identificador', 'id respuesta'],
  strongId: ['id respuesta'],
  answered: ['marca temporal', 'marca de tiempo', 'fecha de respuesta'],
  date: ['fecha', 'hora'],
  revision: ['modificado', 'actualizado'],
  recommend: ['recomendar', 'recomendaria', 'recomendacion'],
  score: ['puntuacion', 'calificacion'],
  count: ['cantidad'],
  comment: ['comentario', 'comentarios', 'por que', 'razon', 'motivo', 'opinion'],
  respondent: ['cliente', 'id cliente', 'correo', 'correo electronico', 'usuario'],
  dimensions: {
    region: ['pais', 'mercado'],
    productLine: ['producto', 'linea de producto'],
    lifecycleStage: ['etapa', 'fase'],
    channel: ['canal', 'dispositivo'],
  },
};

export const PORTUGUESE: HeadingWords = {
  id: ['id resposta'],
  strongId: ['id resposta'],
  answered: ['carimbo de data hora', 'data da resposta'],
  recommend: ['recomendacao'],
  score: ['pontuacao', 'nota', 'avaliacao'],
  dimensions: { productLine: ['produto'], lifecycleStage: ['estagio'] },
};

export const ITALIAN: HeadingWords = {
  id: ['identificativo'],
  answered: ['informazioni cronologiche', 'data risposta'],
  date: ['data'],
  recommend: ['consigliare', 'consiglieresti', 'raccomandare'],
  score: ['punteggio', 'voto', 'valutazione'],
  comment: ['commento', 'commenti', 'perche'],
  dimensions: { region: ['paese', 'regione'], productLine: ['prodotto', 'servizio'], channel: ['canale'] },
};
