/** The words of a survey's page in one language. */
export interface SurveyTexts {
  readonly question: string;
  readonly low: string;
  readonly high: string;
  /** Before the number that was clicked. */
  readonly clicked: string;
  readonly comment: string;
  readonly send: string;
  readonly missing: string;
  /** Of a field that people see only where a page has no styles. */
  readonly empty: string;
  readonly thanks: string;
  readonly saved: string;
  readonly change: string;
  /** Of the web survey. */
  readonly close: string;
  readonly unknown: Notice;
  readonly expired: Notice;
  readonly busy: Notice;
  readonly refused: Notice;
}

/** A page without a form: what is the case, and what to do. */
export type Notice = readonly [heading: string, text: string];

const en: SurveyTexts = {
  question: 'How likely are you to recommend us to a friend or colleague?',
  low: 'Not at all likely',
  high: 'Extremely likely',
  clicked: 'You chose',
  comment: 'What is the main reason for your answer? (optional)',
  send: 'Send my answer',
  missing: 'Please choose a number from 0 to 10.',
  empty: 'Please leave this field empty.',
  thanks: 'Thank you for your answer.',
  saved: 'Your answer is saved. You can close this page.',
  change: 'Change my answer',
  close: 'Close',
  unknown: [
    'This link does not work',
    'It may have been cut. Please open the link in the mail again, or copy the whole of it into the address bar.',
  ],
  expired: ['This survey has ended', 'The link is too old. Nothing more is needed from you.'],
  busy: ['Your answer could not be saved yet', 'Please go back and send it again in a minute.'],
  refused: [
    'Your answer was not saved',
    'This survey does not take your answer any more. Nothing more is needed from you.',
  ],
};

const de: SurveyTexts = {
  question: 'Wie wahrscheinlich ist es, dass Sie uns weiterempfehlen?',
  low: 'Sehr unwahrscheinlich',
  high: 'Sehr wahrscheinlich',
  clicked: 'Ihre Wahl:',
  comment: 'Was ist der wichtigste Grund für Ihre Antwort? (freiwillig)',
  send: 'Antwort senden',
  missing: 'Bitte wählen Sie eine Zahl von 0 bis 10.',
  empty: 'Bitte lassen Sie dieses Feld leer.',
  thanks: 'Vielen Dank für Ihre Antwort.',
  saved: 'Ihre Antwort ist gespeichert. Sie können diese Seite schließen.',
  change: 'Antwort ändern',
  close: 'Schließen',
  unknown: [
    'Dieser Link funktioniert nicht',
    'Vielleicht wurde er abgeschnitten. Bitte öffnen Sie den Link in der E-Mail noch einmal, oder kopieren Sie ihn ganz in die Adresszeile.',
  ],
  expired: ['Diese Umfrage ist beendet', 'Der Link ist zu alt. Sie brauchen nichts weiter zu tun.'],
  busy: [
    'Ihre Antwort konnte noch nicht gespeichert werden',
    'Bitte gehen Sie zurück und senden Sie sie in einer Minute noch einmal.',
  ],
  refused: [
    'Ihre Antwort wurde nicht gespeichert',
    'Diese Umfrage nimmt Ihre Antwort nicht mehr an. Sie brauchen nichts weiter zu tun.',
  ],
};

const es: SurveyTexts = {
  question: '¿Qué probabilidad hay de que nos recomiende a un amigo o colega?',
  low: 'Nada probable',
  high: 'Muy probable',
  clicked: 'Ha elegido',
  comment: '¿Cuál es el motivo principal de su respuesta? (opcional)',
  send: 'Enviar mi respuesta',
  missing: 'Elija un número del 0 al 10.',
  empty: 'Deje vacío este campo.',
  thanks: 'Gracias por su respuesta.',
  saved: 'Su respuesta está guardada. Puede cerrar esta página.',
  change: 'Cambiar mi respuesta',
  close: 'Cerrar',
  unknown: [
    'Este enlace no funciona',
    'Puede que esté cortado. Abra de nuevo el enlace del correo o cópielo entero en la barra de direcciones.',
  ],
  expired: ['Esta encuesta ha terminado', 'El enlace es demasiado antiguo. No tiene que hacer nada más.'],
  busy: ['Su respuesta aún no se ha podido guardar', 'Vuelva atrás y envíela de nuevo dentro de un minuto.'],
  refused: [
    'Su respuesta no se ha guardado',
    'Esta encuesta ya no admite su respuesta. No tiene que hacer nada más.',
  ],
};

const fr: SurveyTexts = {
  question: 'Quelle est la probabilité que vous nous recommandiez à un ami ou à un collègue ?',
  low: 'Pas du tout probable',
  high: 'Très probable',
  clicked: 'Vous avez choisi',
  comment: 'Quelle est la raison principale de votre réponse ? (facultatif)',
  send: 'Envoyer ma réponse',
  missing: 'Veuillez choisir un nombre de 0 à 10.',
  empty: 'Veuillez laisser ce champ vide.',
  thanks: 'Merci pour votre réponse.',
  saved: 'Votre réponse est enregistrée. Vous pouvez fermer cette page.',
  change: 'Modifier ma réponse',
  close: 'Fermer',
  unknown: [
    'Ce lien ne fonctionne pas',
    'Il a peut-être été coupé. Ouvrez de nouveau le lien du message, ou copiez-le en entier dans la barre d’adresse.',
  ],
  expired: ['Cette enquête est terminée', 'Le lien est trop ancien. Vous n’avez rien d’autre à faire.'],
  busy: [
    'Votre réponse n’a pas encore pu être enregistrée',
    'Revenez en arrière et envoyez-la de nouveau dans une minute.',
  ],
  refused: [
    'Votre réponse n’a pas été enregistrée',
    'Cette enquête n’accepte plus votre réponse. Vous n’avez rien d’autre à faire.',
  ],
};

const ja: SurveyTexts = {
  question: '私たちを友人や同僚に勧める可能性はどのくらいありますか？',
  low: 'まったくない',
  high: '非常に高い',
  clicked: '選択した数字：',
  comment: 'その数字を選んだ主な理由を教えてください（任意）',
  send: '回答を送信する',
  missing: '0から10までの数字を選んでください。',
  empty: 'この欄は空のままにしてください。',
  thanks: 'ご回答ありがとうございます。',
  saved: '回答を保存しました。このページを閉じてもかまいません。',
  change: '回答を変更する',
  close: '閉じる',
  unknown: [
    'このリンクは使えません',
    'リンクが途中で切れている可能性があります。メールのリンクをもう一度開くか、全体をアドレス欄にコピーしてください。',
  ],
  expired: ['このアンケートは終了しました', 'リンクの期限が切れています。これ以上の操作は必要ありません。'],
  busy: ['回答をまだ保存できませんでした', '前のページに戻り、1分後にもう一度送信してください。'],
  refused: [
    '回答は保存されませんでした',
    'このアンケートではあなたの回答を受け付けていません。これ以上の操作は必要ありません。',
  ],
};

const pt: SurveyTexts = {
  question: 'Qual é a probabilidade de nos recomendar a um amigo ou colega?',
  low: 'Nada provável',
  high: 'Muito provável',
  clicked: 'A sua escolha:',
  comment: 'Qual é o principal motivo da sua resposta? (opcional)',
  send: 'Enviar a minha resposta',
  missing: 'Escolha um número de 0 a 10.',
  empty: 'Deixe este campo vazio.',
  thanks: 'Obrigado pela sua resposta.',
  saved: 'A sua resposta está guardada. Pode fechar esta página.',
  change: 'Alterar a minha resposta',
  close: 'Fechar',
  unknown: [
    'Este link não funciona',
    'Pode estar cortado. Abra de novo o link do e-mail ou copie-o inteiro para a barra de endereço.',
  ],
  expired: ['Este inquérito terminou', 'O link é demasiado antigo. Não precisa de fazer mais nada.'],
  busy: [
    'Ainda não foi possível guardar a sua resposta',
    'Volte atrás e envie-a de novo dentro de um minuto.',
  ],
  refused: [
    'A sua resposta não foi guardada',
    'Este inquérito já não aceita a sua resposta. Não precisa de fazer mais nada.',
  ],
};

/** The default words by language. */
export const DEFAULT_TEXTS: Readonly<Record<string, SurveyTexts>> = { en, de, es, fr, ja, pt };
