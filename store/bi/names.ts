/** The schema of the views for BI tools. */
export const BI_SCHEMA = 'bi';
/** The role, without a login, that may read them; every login is a member. */
export const BI_READERS = 'scoreline_bi';

/** The role of an API key. It does not contain the key's name, because every login can list the roles of a server. */
export const loginOf = (keyId: string): string => `${BI_READERS}_${keyId.replaceAll('-', '').slice(0, 12)}`;
