import type { NpsClass } from '../../domain/nps/nps.ts';

/** What made-up comments are about: the themes that the shipped model knows. */
export const TOPICS = [
  'bugs',
  'performance',
  'reliability',
  'usability',
  'pricing',
  'billing',
  'support',
  'onboarding',
  'missing_feature',
  'integrations',
  'security',
  'cancellation_risk',
  'praise',
] as const;
export type Topic = (typeof TOPICS)[number];

/** Sentences of one topic by class; `{name}` is filled from `SLOTS` (slots.ts) or the product. */
type Sentences = Readonly<Record<NpsClass, readonly string[]>>;

export const COMMENTS: Readonly<Record<Topic, Sentences>> = {
  bugs: {
    promoter: [
      'There was a bug in the {feature}, but it was fixed {wait}.',
      'Hardly any bugs, and the few we found were gone after the next update.',
      'An error in the {feature} annoyed us once, since then everything works.',
    ],
    passive: [
      'The {feature} shows an error now and then, a reload helps.',
      'Good overall, although the {feature} sometimes shows old numbers.',
      'Small bugs in the {feature}, nothing that stops us.',
      'After every update something in the {feature} looks broken for a day.',
    ],
    detractor: [
      'The {feature} crashes every time I open it.',
      'Too many crashes since the update.',
      'Totals in the {feature} are simply wrong, we check everything by hand now.',
      'I keep getting an error message when I save the {feature}.',
      'Our data disappeared from the {feature} after the page reloaded.',
      'The same bug in the {feature} for {time} now, and it is still not fixed.',
      'Since the last release the {feature} does nothing when I click it.',
    ],
  },
  performance: {
    promoter: [
      'Everything loads instantly, even with a lot of data.',
      'The {feature} is really fast since the spring update.',
      'Quick and responsive, our {team} team never waits.',
      'Pages open in a blink, the old tool took a minute.',
    ],
    passive: [
      'Good, but the {feature} is slow in the morning.',
      'Works fine, only loading the {feature} takes a while.',
      'It could be faster with large accounts.',
      'The {feature} takes a few seconds too long to load.',
    ],
    detractor: [
      'Pages take forever to load.',
      'The {feature} has become painfully slow.',
      'Loading the {feature} takes more than a minute, every single time.',
      'So slow on {day} mornings that our {team} team gave up.',
      'The spinner just keeps spinning when I open the {feature}.',
      'Typing lags so much that I lose my train of thought.',
    ],
  },
  reliability: {
    promoter: [
      'It has not been down once since we started.',
      'Rock solid, it just keeps running.',
      'Never an outage in all this time, we rely on it every day.',
    ],
    passive: [
      'One short outage on {day}, otherwise reliable.',
      'Mostly stable, but maintenance falls in our working hours.',
      'The connection dropped twice this month.',
    ],
    detractor: [
      'The service was down again on {day}.',
      'Three outages in one month is too much for {size}.',
      'The connection drops several times a day.',
      'We lost a day of work because of the outage on {day}.',
      'It was unreachable when our {team} team needed it most.',
      'We cannot rely on it, it times out whenever traffic is high.',
    ],
  },
  usability: {
    promoter: [
      'So easy to use that our {team} team needed no training.',
      'Clean layout, everything is where I expect it.',
      'Simple, clear and pleasant to work with.',
      'The new {feature} is very intuitive.',
    ],
    passive: [
      'The {feature} takes a few clicks too many.',
      'Fine once you know where everything is.',
      'I still have to look for the {feature} in the menu.',
      'Good on a laptop, hard to use on a phone.',
    ],
    detractor: [
      'The interface is confusing and cluttered.',
      'I can never find the {feature}.',
      'It takes ten clicks to do something simple in the {feature}.',
      'The new design hides everything that I use every day.',
      'The menu makes no sense to our {team} team.',
      'The mobile version is almost impossible to navigate.',
    ],
  },
  pricing: {
    promoter: [
      'Great value for the money.',
      'Worth every cent for {size}.',
      'The price is fair for what it does.',
      'Cheaper than the two tools it replaced.',
    ],
    passive: [
      'Good product, but the price is at the limit of what we can pay.',
      'Fine. The pricing could be clearer.',
      'A cheaper plan for {size} would help.',
      'After the new prices we have to think about how many seats we need.',
    ],
    detractor: [
      'The price went up by {percent} percent without any warning.',
      'It got far too expensive for what it does.',
      'We cannot justify the new price to {team} any longer.',
      'Other tools offer the same for half the price.',
      'The features we need moved to the most expensive plan.',
      'A price increase of {percent} percent at renewal is not acceptable.',
      'Paying per user got expensive quickly for {size}.',
    ],
  },
  billing: {
    promoter: [
      'The refund arrived {wait}, thank you.',
      'Invoices are clear and always on time.',
      'Changing the payment method was done in a minute.',
    ],
    passive: [
      'The invoice does not show our cost centre.',
      'Please let us pay by bank transfer.',
      'I would like one invoice for all of our accounts.',
    ],
    detractor: [
      'We were charged twice this month.',
      'I have been waiting for my refund for {time}.',
      'The amount on the invoice is not what we agreed on.',
      'You kept charging us after we reduced the seats.',
      'I cannot download the invoices of last year.',
      'The renewal was billed to the wrong card.',
    ],
  },
  support: {
    promoter: [
      'Support answered {wait}.',
      'Friendly and competent people on the phone.',
      'The support team solved our problem with the {feature} straight away.',
      'Support went out of their way to help our {team} team.',
      'A real person answered, and understood the question.',
    ],
    passive: [
      'Support is friendly, but needs two or three rounds.',
      'The answer came after {delay}, it was correct then.',
      'Support is fine on weekdays, on weekends there is none.',
    ],
    detractor: [
      'My ticket was left unanswered for {delay}.',
      'I was passed from one agent to the next.',
      'They closed my case without solving anything.',
      'The chat bot is useless, I want to talk to a person.',
      'I waited on hold for forty minutes.',
      'Support copies and pastes answers that do not fit.',
      'No one ever called me back about the {feature}.',
    ],
  },
  onboarding: {
    promoter: [
      'Setting everything up took us less than an hour.',
      'The welcome call got our {team} team up to speed quickly.',
      'The set-up guide was clear and complete.',
      'Importing our old data into {product} just worked.',
    ],
    passive: [
      'The set-up took longer than expected, but we got there.',
      'The tutorial is good, the part about the {feature} is missing.',
      'Getting started was fine, more training for the {team} team would help.',
      'Some steps of the set-up guide are out of date.',
    ],
    detractor: [
      'The new set-up assistant stops at the third step and we have to start again.',
      'It took {time} until our team could start working.',
      'Getting started with {product} was a nightmare, the tutorial skips the steps that matter.',
      'Importing our old data failed again and again during the set-up.',
      'I never received the verification e-mail after signing up.',
      'We felt left alone during the first weeks.',
      'As a new user I did not know where to begin, the guide is out of date.',
      'Since the new sign-up flow every colleague needs help to create an account.',
    ],
  },
  missing_feature: {
    promoter: [
      'Love it. Offline mode would make this perfect.',
      'Great tool, I would love to see recurring tasks.',
      'Very happy, a dark mode would be the cherry on top.',
    ],
    passive: [
      'I wish I could export the {feature} to a spreadsheet.',
      'An option to schedule the {feature} is missing.',
      'We really need roles and permissions for the {team} team.',
      'It would be great to have an app for tablets.',
      'Could you add support for more languages?',
      'The ability to filter the {feature} by date is what we are missing most.',
    ],
    detractor: [
      'There is no way to undo a change in the {feature}.',
      'It lacks a proper search.',
      'Other tools let me duplicate a project, this one does not.',
      'Basic features such as roles and permissions are missing.',
    ],
  },
  integrations: {
    promoter: [
      'It connects to everything we already use.',
      'Single sign-on was easy to set up with our provider.',
      'The integration with {tool} works like a charm.',
    ],
    passive: [
      'The integration with {tool} works, but syncs only once an hour.',
      'Please integrate with {tool}.',
      'The API is good, its documentation has gaps.',
      'Connecting {tool} needed help from our developers.',
    ],
    detractor: [
      'The integration with {tool} stopped working.',
      'Data does not sync with {tool}.',
      'Your API is poorly documented.',
      'The webhook fires, but the payload is empty.',
      'We had to build our own connector for {tool}.',
    ],
  },
  security: {
    promoter: [
      'I trust you with the data of our customers.',
      'The privacy settings are clear and strict.',
      'Our security review went through without a question.',
    ],
    passive: [
      'We need to know where our data is stored.',
      'Two-factor authentication should be on for everyone.',
      'The audit report took a while to arrive.',
    ],
    detractor: [
      'I am worried about what happens to our data.',
      'Two-factor authentication locked me out of my account.',
      'Our security team will not approve it without an audit report.',
      'The app asks for permissions that it does not need.',
    ],
  },
  cancellation_risk: {
    promoter: [
      'We looked at other vendors and decided to stay.',
      'We thought about leaving last year, and are glad that we did not.',
    ],
    passive: [
      'We are comparing other vendors before the renewal.',
      'Not sure yet whether we will renew.',
      'We may move a part of the {team} team to another tool.',
    ],
    detractor: [
      'We will not renew the contract.',
      'If this does not improve we will switch to a competitor.',
      'We are cancelling at the end of the month.',
      'I am looking for an alternative.',
      'Most of the {team} team has moved to another tool.',
      'We are evaluating other vendors right now.',
    ],
  },
  praise: {
    promoter: [
      'Saves us hours every week.',
      'Exactly what we were looking for.',
      'I recommend it to everyone I know.',
      'Best tool our {team} team has ever used.',
      'I could not do my job without the {feature}.',
      'Everything works perfectly, thank you.',
      'Very happy with {product} so far.',
      'It has made our lives so much easier.',
    ],
    passive: [
      'Does what it should.',
      'Good product, nothing to complain about.',
      'Solid. It does the job for {size}.',
      'We like {product}, it fits most of what we do.',
    ],
    detractor: ['The idea is good, the result is not.', 'We liked it better a year ago.'],
  },
};
