import type { ComponentType } from 'react';
import { READS_AGENTS, type Right } from './lib/viewer.tsx';
import type { IconName } from './parts/icon.tsx';
import { later } from './parts/later.tsx';

/** A screen of the navigation. */
export interface Screen {
  /** Where it stands; api/http/pages.ts lists it too. */
  readonly path: string;
  readonly title: string;
  /** It is for viewers who have any of these somewhere, or with `needsAll` all of them. */
  readonly rights: readonly Right[];
  readonly needsAll?: true;
  /** After "g": its shortcut. */
  readonly shortcut: string;
  readonly icon: IconName;
  /** Which part of the filter row it heeds; absent: all of it. */
  readonly filters?: 'all' | 'none';
  /** Paths below it are its own, such as /lineage/ID. */
  readonly hasPaths?: true;
  readonly component: ComponentType;
}

/** Every screen, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  {
    path: '/overview',
    title: 'Overview',
    rights: ['readScore'],
    shortcut: 'o',
    icon: 'overview',
    component: later(() => import('./screens/overview/index.tsx')),
  },
  {
    path: '/explore',
    title: 'Explore',
    rights: ['readScore'],
    shortcut: 'e',
    icon: 'explore',
    component: later(() => import('./screens/explore/index.tsx')),
  },
  {
    path: '/responses',
    title: 'Responses',
    rights: ['readResponse'],
    shortcut: 'r',
    icon: 'responses',
    component: later(() => import('./screens/responses/index.tsx')),
  },
  {
    path: '/alerts',
    title: 'Alerts',
    rights: READS_AGENTS,
    needsAll: true,
    shortcut: 'i',
    icon: 'alerts',
    filters: 'none',
    hasPaths: true,
    component: later(() => import('./screens/alerts/index.tsx')),
  },
  {
    path: '/cases',
    title: 'Cases',
    rights: READS_AGENTS,
    needsAll: true,
    shortcut: 'c',
    icon: 'cases',
    filters: 'none',
    hasPaths: true,
    component: later(() => import('./screens/cases/index.tsx')),
  },
  {
    path: '/business',
    title: 'Business',
    rights: ['readScore', 'readResponse'],
    needsAll: true,
    shortcut: 'b',
    icon: 'business',
    component: later(() => import('./screens/business/index.tsx')),
  },
  {
    path: '/lineage',
    title: 'Lineage',
    rights: ['traceLineage'],
    shortcut: 'l',
    icon: 'lineage',
    filters: 'none',
    hasPaths: true,
    component: later(() => import('./screens/lineage/index.tsx')),
  },
  {
    path: '/data',
    title: 'Data',
    rights: ['submitResponse', 'administer'],
    shortcut: 'd',
    icon: 'data',
    filters: 'none',
    component: later(() => import('./screens/data/index.tsx')),
  },
  {
    path: '/models',
    title: 'Models',
    rights: ['readPrediction', 'manageModels'],
    shortcut: 'm',
    icon: 'models',
    filters: 'none',
    component: later(() => import('./screens/models/index.tsx')),
  },
  {
    path: '/reviews',
    title: 'Reviews',
    rights: ['review'],
    shortcut: 'v',
    icon: 'reviews',
    filters: 'none',
    component: later(() => import('./screens/reviews/index.tsx')),
  },
  {
    path: '/agents',
    title: 'Agents',
    rights: READS_AGENTS,
    needsAll: true,
    shortcut: 'g',
    icon: 'agents',
    filters: 'none',
    hasPaths: true,
    component: later(() => import('./screens/agents/index.tsx')),
  },
  {
    path: '/rules',
    title: 'Rules',
    rights: ['administer'],
    shortcut: 'w',
    icon: 'rules',
    filters: 'none',
    component: later(() => import('./screens/rules/index.tsx')),
  },
  {
    path: '/targets',
    title: 'Targets',
    rights: ['administer'],
    shortcut: 't',
    icon: 'targets',
    filters: 'none',
    component: later(() => import('./screens/targets/index.tsx')),
  },
  {
    path: '/access',
    title: 'Access',
    rights: ['administer'],
    shortcut: 'a',
    icon: 'access',
    filters: 'none',
    component: later(() => import('./screens/access/index.tsx')),
  },
  {
    path: '/audit',
    title: 'Audit log',
    rights: ['readAudit'],
    shortcut: 'u',
    icon: 'audit',
    filters: 'none',
    component: later(() => import('./screens/audit/index.tsx')),
  },
  {
    path: '/people',
    title: "People's rights",
    rights: ['manageSubjects'],
    shortcut: 'p',
    icon: 'people',
    filters: 'none',
    component: later(() => import('./screens/people/index.tsx')),
  },
];

/** Whether a viewer with these rights may see the screen. */
export const isFor = ({ rights, needsAll }: Screen, can: (right: Right) => boolean): boolean =>
  needsAll ? rights.every(can) : rights.some(can);

/** The screen that a path belongs to. */
export const screenAt = (screens: readonly Screen[], path: string): Screen | undefined =>
  screens.find((one) => one.path === path || (one.hasPaths && path.startsWith(`${one.path}/`)));
