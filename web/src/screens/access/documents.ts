import { graphql } from '../../gql/gql.ts';

export const KEYS = graphql(`
  query AccessKeys {
    apiKeys {
      id
      name
      role
      attributes
      sources
      readOnly
      createdAt
      createdBy
      expiresAt
      lastUsedAt
      revokedAt
      revokedBy
    }
  }
`);

export const ROLES = graphql(`
  query AccessRoles {
    roles {
      name
      permissions {
        group
        reach
      }
    }
  }
`);

export const PERMISSIONS = graphql(`
  query AccessPermissions($role: String!, $attributes: JSON) {
    permissions(role: $role, attributes: $attributes) {
      group
      reach
      segments
      more
    }
  }
`);

export const SESSIONS = graphql(`
  query AccessSessions($first: Int!, $actor: String) {
    browserSessions(first: $first, actor: $actor) {
      edges {
        node {
          id
          actor
          name
          role
          createdAt
          lastSeenAt
          expiresAt
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

export const END_SESSIONS = graphql(`
  mutation AccessEndSessions($actor: String, $id: ID, $reason: String!) {
    endBrowserSessions(actor: $actor, id: $id, reason: $reason)
  }
`);

export const CREATE = graphql(`
  mutation AccessCreateKey($input: ApiKeyInput!) {
    createApiKey(input: $input) {
      id
      key
    }
  }
`);

export const REVOKE = graphql(`
  mutation AccessRevokeKey($id: ID!, $reason: String!) {
    revokeApiKey(id: $id, reason: $reason)
  }
`);
