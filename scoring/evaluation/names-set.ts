import { randomFrom } from '../../domain/statistics/random.ts';

/** A sentence of feedback with the names in it; none in sentences that only look like it. */
export interface LabelledNames {
  readonly language: string;
  readonly text: string;
  readonly names: readonly { readonly what: 'person' | 'street'; readonly text: string }[];
}

interface Material {
  readonly given: string;
  readonly surnames: string;
  readonly streets: string;
  /** {g} a given name, {f} with a surname, {s} a surname, {a} a street and number. */
  readonly sentences: readonly string[];
  /** Nothing to remove: months, verbs, products, places and firms that are also names, and ordinary feedback. */
  readonly lookalikes: readonly string[];
}

/** The project wrote the sentences; the names are the commonest of each country, public knowledge, in no combination of a known person. */
const MATERIAL: Readonly<Record<string, Material>> = {
  en: {
    given:
      'James Mary Robert Patricia Michael Linda David Susan Priya Wei Fatima Chidi Aisha Kwame Sean Siobhan Ravi Oluwaseun Emily Noah Charlotte Liam Zanele Hiroshi',
    surnames:
      'Smith Johnson Williams Brown Patel Singh Nguyen Khan Garcia Okafor Murphy Macdonald Taylor Cohen Ahmed Robinson Wright Adeyemi Chen Harris',
    streets:
      'High Street|Victoria Road|Maple Avenue|Church Lane|Park Drive|Elm Street|Kings Road|Oak Boulevard',
    sentences: [
      '{f} from support was great and fixed it in minutes.',
      'Thanks to {g}, who stayed on the line until it worked!',
      'I spoke with {f} twice and never got an answer.',
      'Please tell {g} she did a wonderful job.',
      '{g} at the front desk was rude to us.',
      'My account manager {f} left and the new one does not answer.',
      'shout out to {g} for the quick reply',
      'Mr {s} refused the refund.',
      'Dear {f}, your product broke after a day.',
      'My husband {g} cannot log in any more.',
      'the technician, {g}, was an hour late and left a mess',
      'They sent my parcel to {a} instead.',
      'I live at {a} and the courier never finds it.',
      'Branch on {a} is always closed when I come.',
      'Best regards, {f}',
      'Agent {g} {s} promised a callback; {g} never called.',
    ],
    lookalikes: [
      'The May release broke the export.',
      'Why is there no grace period for late payments?',
      'I use it in Jordan and in Georgia without trouble.',
      'Mark all as read does not work on my phone.',
      'Will it ever sync with Excel and Outlook?',
      'Paris was lovely, the flight with Lufthansa was not.',
      'The pilot program in Charlotte and Austin went well.',
      'Great app, love the new dark mode.',
      'Delivery took three weeks and the box was damaged.',
      'Siri and Alexa integration please.',
      'I am frank: the price is too high.',
      'Bill was wrong twice this year.',
      'A drew on the contract was never explained.',
      'Hope the next version is faster.',
      'The app crashes on my Galaxy and on my Pixel.',
      'Rose gold colour looks cheap.',
      'Amazon delivers sooner than you do.',
      'Jack of all trades, master of none.',
      'The summer sale in August was a joke.',
      'Onboarding was smooth, support answers within an hour.',
      'Checkout fails with error 502 on page 3.',
      'I could not find the street view any more.',
      'Search in Salesforce and HubSpot is better.',
      'Please add a filter by date and by owner.',
    ],
  },
  de: {
    given:
      'Thomas Sabine Michael Petra Andreas Claudia Mehmet Ayşe Lukas Anna Jonas Lena Stefan Ursula Dieter Katrin Yusuf Marie',
    surnames:
      'Müller Schmidt Schneider Fischer Weber Wagner Becker Hoffmann Yılmaz Schäfer Koch Bauer Richter Kaya Neumann Zimmermann',
    streets: 'Hauptstraße|Bahnhofstraße|Gartenweg|Berliner Allee|Goethestraße|Lindenstraße',
    sentences: [
      'Frau {s} hat mir sehr geholfen.',
      'Herr {f} war unfreundlich am Telefon.',
      'Danke an {g} aus dem Support!',
      'Ich habe mit {f} gesprochen, aber niemand hat zurückgerufen.',
      'Mein Mann {g} kann sich nicht mehr anmelden.',
      'Das Paket ging an die {a} statt zu mir.',
      'Die Filiale in der {a} ist immer geschlossen.',
      'Viele Grüße, {f}',
      '{g} hat das Problem in fünf Minuten gelöst.',
      'Der Techniker, Herr {s}, kam zu spät.',
    ],
    lookalikes: [
      'Die Lieferung kam drei Wochen zu spät.',
      'Seit dem Update im Mai stürzt die App ständig ab.',
      'Der Kundendienst antwortet nie.',
      'Die Bedienung ist einfach und das Design gefällt mir.',
      'Die Rechnung war zweimal falsch.',
      'Mit Excel und Outlook klappt es nicht.',
      'In Berlin und Köln ist der Empfang schlecht.',
      'Ein Koch oder Bauer braucht so etwas nicht.',
      'Die Verpackung war beschädigt, die Ware aber in Ordnung.',
      'Der Preis ist zu hoch für diese Leistung.',
      'Ich würde es jederzeit wieder kaufen.',
      'Bitte einen dunklen Modus einbauen.',
    ],
  },
  fr: {
    given: 'Marie Jean Camille Nicolas Sophie Mohamed Léa Antoine Fatou Julien Chloé Hugo Inès Thierry',
    surnames: 'Martin Bernard Dubois Durand Moreau Lefèvre Benali Diallo Girard Roux Fontaine Mercier',
    streets: 'rue de la Paix|avenue Victor Hugo|rue des Lilas|boulevard Voltaire|place du Marché',
    sentences: [
      'Mme {s} m’a très bien aidé.',
      'Merci à {g} pour sa patience !',
      'J’ai parlé avec {f} et personne n’a rappelé.',
      'Monsieur {s} était désagréable au téléphone.',
      'Le colis est parti au {a} au lieu de chez moi.',
      'Mon mari {g} ne peut plus se connecter.',
      'Cordialement, {f}',
      '{g} du support a tout réglé en cinq minutes.',
    ],
    lookalikes: [
      'La livraison a pris trois semaines.',
      'L’application plante depuis la mise à jour de mai.',
      'Le prix est trop élevé pour ce service.',
      'Très bon produit, je recommande.',
      'La facture était fausse deux fois.',
      'À Paris et à Lyon tout marche bien.',
      'Le carton était abîmé mais le contenu intact.',
      'Impossible de changer mon mot de passe.',
      'Une rose et un pierrot sur la boîte, quelle idée.',
      'Ajoutez un mode sombre, s’il vous plaît.',
    ],
  },
  es: {
    given:
      'María José Carmen Antonio Lucía Javier Guadalupe Alejandro Sofía Diego Valentina Miguel Paula Andrés',
    surnames: 'García Rodríguez Fernández López Martínez Sánchez Ramírez Torres Vargas Quispe Ortega Delgado',
    streets: 'calle Mayor|avenida de la Constitución|calle del Sol|paseo de Gracia',
    sentences: [
      'Hablé con {f} y nadie me devolvió la llamada.',
      'Gracias a {g} por su paciencia.',
      'La señora {s} me ayudó mucho.',
      '{g} de soporte lo arregló en cinco minutos.',
      'El paquete llegó a la {a} y no a mi casa.',
      'Mi marido {g} ya no puede entrar.',
      'Saludos, {f}',
      'El técnico, señor {s}, llegó tarde.',
    ],
    lookalikes: [
      'La entrega tardó tres semanas.',
      'La aplicación se cierra desde la actualización de mayo.',
      'El precio es demasiado alto.',
      'Muy buen producto, lo recomiendo.',
      'La factura estaba mal dos veces.',
      'En Madrid y en Córdoba funciona bien.',
      'La caja llegó rota pero el contenido bien.',
      'No puedo cambiar mi contraseña.',
      'Con esperanza y paz espero la próxima versión.',
      'Añadan un modo oscuro, por favor.',
    ],
  },
};

const pick = <Item>(list: readonly Item[], random: () => number): Item =>
  list[Math.floor(random() * list.length)] as Item;

/** Sentences with names, `size` of each language, and every lookalike; the same for the same seed. */
export function namesSet(size: number, seed: number): LabelledNames[] {
  const random = randomFrom(seed);
  return Object.entries(MATERIAL).flatMap(([language, { lookalikes, ...material }]) => [
    ...Array.from({ length: size }, (_, i) => named(language, material, i, random)),
    ...lookalikes.map((text) => ({ language, text, names: [] })),
  ]);
}

function named(
  language: string,
  { given, surnames, streets, sentences }: Omit<Material, 'lookalikes'>,
  index: number,
  random: () => number,
): LabelledNames {
  const [first, last] = [pick(given.split(' '), random), pick(surnames.split(' '), random)];
  const number = String(1 + Math.floor(random() * 180));
  const street = pick(streets.split('|'), random);
  const address = language === 'en' || language === 'fr' ? `${number} ${street}` : `${street} ${number}`;
  const template = sentences[index % sentences.length] as string;
  const names: LabelledNames['names'][number][] = [];
  const text = template.replaceAll(/\{([gfsa])\}/g, (_, sign: string) => {
    const value = { g: first, f: `${first} ${last}`, s: last, a: address }[sign] as string;
    names.push({ what: sign === 'a' ? 'street' : 'person', text: value });
    return value;
  });
  // Some people write without capitals.
  if (random() < 0.1)
    return {
      language,
      text: text.toLowerCase(),
      names: names.map((one) => ({ ...one, text: one.text.toLowerCase() })),
    };
  return { language, text, names };
}
