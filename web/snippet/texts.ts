/** The words of the web survey in one language; a test compares them with those of the server's pages. */
export interface Texts {
  question: string;
  low: string;
  high: string;
  comment: string;
  send: string;
  missing: string;
  thanks: string;
  close: string;
}

const texts = (...words: string[]): Texts => {
  const [question, low, high, comment, send, missing, thanks, close] = words as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { question, low, high, comment, send, missing, thanks, close };
};

/** By language. */
export const TEXTS: Record<string, Texts> = {
  en: texts(
    'How likely are you to recommend us to a friend or colleague?',
    'Not at all likely',
    'Extremely likely',
    'What is the main reason for your answer? (optional)',
    'Send my answer',
    'Please choose a number from 0 to 10.',
    'Thank you for your answer.',
    'Close',
  ),
  de: texts(
    'Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?',
    'Sehr unwahrscheinlich',
    'Sehr wahrscheinlich',
    'Was ist der wichtigste Grund für Ihre Antwort? (freiwillig)',
    'Antwort senden',
    'Bitte wählen Sie eine Zahl von 0 bis 10.',
    'Vielen Dank für Ihre Antwort.',
    'Schließen',
  ),
  es: texts(
    '¿Qué probabilidad hay de que nos recomiende a un amigo o colega?',
    'Nada probable',
    'Muy probable',
    '¿Cuál es el motivo principal de su respuesta? (opcional)',
    'Enviar mi respuesta',
    'Elija un número del 0 al 10.',
    'Gracias por su respuesta.',
    'Cerrar',
  ),
  fr: texts(
    'Quelle est la probabilité que vous nous recommandiez à un ami ou à un collègue ?',
    'Pas du tout probable',
    'Très probable',
    'Quelle est la raison principale de votre réponse ? (facultatif)',
    'Envoyer ma réponse',
    'Veuillez choisir un nombre de 0 à 10.',
    'Merci pour votre réponse.',
    'Fermer',
  ),
  ja: texts(
    '私たちを友人や同僚に勧める可能性はどのくらいありますか？',
    'まったくない',
    '非常に高い',
    'その数字を選んだ主な理由を教えてください（任意）',
    '回答を送信する',
    '0から10までの数字を選んでください。',
    'ご回答ありがとうございます。',
    '閉じる',
  ),
  pt: texts(
    'Qual é a probabilidade de nos recomendar a um amigo ou colega?',
    'Nada provável',
    'Muito provável',
    'Qual é o principal motivo da sua resposta? (opcional)',
    'Enviar a minha resposta',
    'Escolha um número de 0 a 10.',
    'Obrigado pela sua resposta.',
    'Fechar',
  ),
};
