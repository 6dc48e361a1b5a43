/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Viewer {\n    viewer {\n      name\n      role\n      rights\n      smallestCount\n      attributes\n      sources\n      expiresAt\n      policyVersion\n      languageModel\n    }\n    dimensions {\n      field\n      enumValue\n      label\n      description\n    }\n  }\n": typeof types.ViewerDocument,
    "\n  query AccountsOf($about: [ID!]!) {\n    accountsOf(about: $about) {\n      about account owner cause since decidedAt reasons probability\n      facts { detractor promoter scoresFall namesCancellation usageFell usageGrew pays }\n      moneyAtStake { amount currency }\n      alert { id } case { id title } decision { id }\n    }\n  }\n": typeof types.AccountsOfDocument,
    "\n  query MarkedImports {\n    imports(first: 50) {\n      edges {\n        node {\n          id\n          name\n          startedAt\n          undoneAt\n        }\n      }\n    }\n  }\n": typeof types.MarkedImportsDocument,
    "\n  query MarkedModels {\n    modelVersions {\n      id\n      version\n      history {\n        to\n        recordedAt\n      }\n    }\n  }\n": typeof types.MarkedModelsDocument,
    "\n  query MarkedChanges($from: DateTime!, $to: DateTime!, $segment: SegmentInput) {\n    changes(from: $from, to: $to, segment: $segment, first: 200) {\n      edges {\n        node {\n          id\n          kind\n          title\n          at\n          until\n          link\n          segmentValues {\n            value\n          }\n        }\n      }\n    }\n  }\n": typeof types.MarkedChangesDocument,
    "\n  query DimensionValues($dimension: Dimension!) {\n    dimensionValues(dimension: $dimension)\n  }\n": typeof types.DimensionValuesDocument,
    "\n  query AccessKeys {\n    apiKeys {\n      id\n      name\n      role\n      attributes\n      sources\n      readOnly\n      createdAt\n      createdBy\n      expiresAt\n      lastUsedAt\n      revokedAt\n      revokedBy\n    }\n  }\n": typeof types.AccessKeysDocument,
    "\n  query AccessRoles {\n    roles {\n      name\n      permissions {\n        group\n        reach\n      }\n    }\n  }\n": typeof types.AccessRolesDocument,
    "\n  query AccessPermissions($role: String!, $attributes: JSON) {\n    permissions(role: $role, attributes: $attributes) {\n      group\n      reach\n      segments\n      more\n    }\n  }\n": typeof types.AccessPermissionsDocument,
    "\n  query AccessSessions($first: Int!, $actor: String) {\n    browserSessions(first: $first, actor: $actor) {\n      edges {\n        node {\n          id\n          actor\n          name\n          role\n          createdAt\n          lastSeenAt\n          expiresAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n": typeof types.AccessSessionsDocument,
    "\n  mutation AccessEndSessions($actor: String, $id: ID, $reason: String!) {\n    endBrowserSessions(actor: $actor, id: $id, reason: $reason)\n  }\n": typeof types.AccessEndSessionsDocument,
    "\n  mutation AccessCreateKey($input: ApiKeyInput!) {\n    createApiKey(input: $input) {\n      id\n      key\n    }\n  }\n": typeof types.AccessCreateKeyDocument,
    "\n  mutation AccessRevokeKey($id: ID!, $reason: String!) {\n    revokeApiKey(id: $id, reason: $reason)\n  }\n": typeof types.AccessRevokeKeyDocument,
    "\n  query AgentsList {\n    agents {\n      name description version autonomy defaultAutonomy enabled changedBy changedAt reason lastRunAt observed error\n      decisions { state count }\n    }\n  }\n": typeof types.AgentsListDocument,
    "\n  query AgentsDryRun($name: String!) {\n    agentDryRun(name: $name) { key action nearMiss reason }\n  }\n": typeof types.AgentsDryRunDocument,
    "\n  query AgentsDecisions($agent: String, $state: [DecisionState!], $first: Int!) {\n    decisions(agent: $agent, state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node { id agent key state nearMiss reason decidedAt } }\n    }\n  }\n": typeof types.AgentsDecisionsDocument,
    "\n  query AgentsDecision($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on AgentDecision {\n        agent key policy state autonomy action nearMiss reason inputs inputHash outcome about traceId decidedAt settledAt\n        alternatives { action reason }\n        approval { verb by at reason edited }\n        replay { same reason }\n      }\n    }\n  }\n": typeof types.AgentsDecisionDocument,
    "\n  mutation AgentsSet($name: String!, $autonomy: Autonomy!, $enabled: Boolean!, $reason: String!) {\n    setAgent(name: $name, autonomy: $autonomy, enabled: $enabled, reason: $reason) { name autonomy enabled }\n  }\n": typeof types.AgentsSetDocument,
    "\n  mutation AgentsApprove($id: ID!, $reason: String!) {\n    approveDecision(id: $id, reason: $reason) { id state outcome }\n  }\n": typeof types.AgentsApproveDocument,
    "\n  mutation AgentsEdit($id: ID!, $action: JSON!, $reason: String!) {\n    editDecision(id: $id, action: $action, reason: $reason) { id state outcome }\n  }\n": typeof types.AgentsEditDocument,
    "\n  mutation AgentsReject($id: ID!, $reason: String!) {\n    rejectDecision(id: $id, reason: $reason) { id state outcome }\n  }\n": typeof types.AgentsRejectDocument,
    "\n  query AlertsList($state: [AlertState!]!, $first: Int!) {\n    alerts(state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id state severity rule title summary since raisedAt changedAt\n        segmentValues { field value }\n      } }\n    }\n  }\n": typeof types.AlertsListDocument,
    "\n  subscription AlertsLive($after: String) {\n    alertUpdates(after: $after) {\n      position\n      alert {\n        id state severity rule title summary since raisedAt changedAt\n        segmentValues { field value }\n      }\n    }\n  }\n": typeof types.AlertsLiveDocument,
    "\n  query AlertsOne($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Alert {\n        state severity rule title summary since raisedAt changedAt resolvedAt facts evidence\n        segmentValues { field value }\n        before { id time until score low high responses suppressed }\n        after { id time until score low high responses suppressed }\n        decision { id agent policy state reason decidedAt action alternatives { action reason } replay { same reason } }\n        events { at kind by reason }\n      }\n    }\n  }\n": typeof types.AlertsOneDocument,
    "\n  query AlertsAccounts($cause: AccountCause!, $first: Int!) {\n    accountsAtRisk(cause: $cause, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node { account owner reasons alert { id } decision { id } } }\n    }\n  }\n": typeof types.AlertsAccountsDocument,
    "\n  query AlertsChange(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n  ) {\n    npsChange(segment: $segment, beforeFrom: $beforeFrom, beforeTo: $beforeTo, afterFrom: $afterFrom, afterTo: $afterTo) {\n      difference low high pValue\n      before { responses suppressed }\n      after { responses suppressed }\n    }\n  }\n": typeof types.AlertsChangeDocument,
    "\n  query AlertsSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {\n      time until score low high responses suppressed\n    }\n  }\n": typeof types.AlertsSeriesDocument,
    "\n  query AlertsDrivers(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n  ) {\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n    ) {\n      segmentValues { field value }\n      theme mix rate low high suppressed\n    }\n  }\n": typeof types.AlertsDriversDocument,
    "\n  query AlertsExamples($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $class: [NpsClass!]) {\n    responses(segment: $segment, from: $from, to: $to, class: $class, first: 40) {\n      edges { node { id answeredAt score class comment segmentValues { field value } } }\n    }\n  }\n": typeof types.AlertsExamplesDocument,
    "\n  mutation AlertsAcknowledge($id: ID!, $reason: String!) {\n    acknowledgeAlert(id: $id, reason: $reason) { id state changedAt }\n  }\n": typeof types.AlertsAcknowledgeDocument,
    "\n  mutation AlertsDismiss($id: ID!, $reason: String!) {\n    dismissAlert(id: $id, reason: $reason) { id state changedAt }\n  }\n": typeof types.AlertsDismissDocument,
    "\n  mutation AlertsOpenCase($input: CaseInput!) {\n    openCase(input: $input) { id }\n  }\n": typeof types.AlertsOpenCaseDocument,
    "\n  query AlertsNarrative($id: ID!) {\n    narratives(about: $id, kind: ALERT, first: 1) {\n      edges { node { id writtenAt sentences { text facts { id cites } } } }\n    }\n  }\n": typeof types.AlertsNarrativeDocument,
    "\n  query AuditLog($first: Int!, $after: String, $actor: String, $action: String, $from: DateTime, $to: DateTime) {\n    auditLog(first: $first, after: $after, actor: $actor, action: $action, from: $from, to: $to) {\n      edges {\n        node {\n          seq\n          at\n          actor\n          actorName\n          role\n          policyVersion\n          purpose\n          action\n          subject\n          outcome\n          previous\n          hash\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.AuditLogDocument,
    "\n  query AuditChain {\n    auditChain {\n      sound\n      problem\n      rows\n      signedRows\n      hash\n      checkedAt\n    }\n  }\n": typeof types.AuditChainDocument,
    "\n  query BusinessCurves($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $horizon: Duration!) {\n    retentionCurves(segment: $segment, from: $from, to: $to, horizon: $horizon) {\n      class day accounts watched cancelled retention retentionLow retentionHigh suppressed\n    }\n  }\n": typeof types.BusinessCurvesDocument,
    "\n  query BusinessChurn(\n    $segment: SegmentInput\n    $from: DateTime!\n    $to: DateTime!\n    $groupBy: [Dimension!]!\n    $horizon: Duration!\n  ) {\n    all: churnBySegment(segment: $segment, from: $from, to: $to, horizon: $horizon) {\n      class accounts cancelled churn suppressed\n    }\n    groups: churnBySegment(segment: $segment, from: $from, to: $to, groupBy: $groupBy, horizon: $horizon) {\n      segmentValues { field value }\n      class accounts cancelled churn retentionLow retentionHigh suppressed\n    }\n    churnAssociation(segment: $segment, from: $from, to: $to, adjustFor: $groupBy, horizon: $horizon) {\n      adjustedFor oddsRatio low high accounts otherAccounts strata leftOut notFollowed suppressed\n    }\n  }\n": typeof types.BusinessChurnDocument,
    "\n  query BusinessFigures($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $lifetime: Duration!) {\n    kpis(segment: $segment, from: $from, to: $to, lifetime: $lifetime) {\n      kpi currency value low high n leftOut suppressed\n    }\n    onboardingSpeed(segment: $segment, from: $from, to: $to) {\n      speed accounts score low high leftOut suppressed\n    }\n  }\n": typeof types.BusinessFiguresDocument,
    "\n  query BusinessCases($from: DateTime!, $to: DateTime!) {\n    caseMetrics(from: $from, to: $to) {\n      severity opened closed late answers\n      hoursToAct hoursToActLow hoursToActHigh\n      hoursToClose hoursToCloseLow hoursToCloseHigh\n      hoursFromAnswer hoursFromAnswerLow hoursFromAnswerHigh\n    }\n  }\n": typeof types.BusinessCasesDocument,
    "\n  query CasesBoard($state: [CaseState!]!, $first: Int!) {\n    cases(state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id state severity title owner dueAt openedAt closedAt outcome\n        segmentValues { field value }\n      } }\n    }\n  }\n": typeof types.CasesBoardDocument,
    "\n  subscription CasesLive($after: String) {\n    caseUpdates(after: $after) { position case { id } }\n  }\n": typeof types.CasesLiveDocument,
    "\n  query CasesOne($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Case {\n        state severity title owner playbook dueAt openedAt actedAt closedAt outcome cause\n        segmentValues { field value }\n        events { at kind by reason }\n      }\n    }\n  }\n": typeof types.CasesOneDocument,
    "\n  query CasesCause($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Alert { title summary state }\n      ... on Response { score class comment answeredAt }\n    }\n  }\n": typeof types.CasesCauseDocument,
    "\n  mutation CasesAssign($id: ID!, $owner: String!, $reason: String!) {\n    assignCase(id: $id, owner: $owner, reason: $reason) { id state owner }\n  }\n": typeof types.CasesAssignDocument,
    "\n  mutation CasesStart($id: ID!, $reason: String!) {\n    startCase(id: $id, reason: $reason) { id state }\n  }\n": typeof types.CasesStartDocument,
    "\n  mutation CasesComment($id: ID!, $comment: String!) {\n    commentCase(id: $id, comment: $comment) { id state }\n  }\n": typeof types.CasesCommentDocument,
    "\n  mutation CasesClose($id: ID!, $outcome: String!, $reason: String!) {\n    closeCase(id: $id, outcome: $outcome, reason: $reason) { id state outcome }\n  }\n": typeof types.CasesCloseDocument,
    "\n  query DataFirstDelivery($id: ID!) {\n    node(id: $id) {\n      ... on Connection {\n        id\n        accepted\n        ignored\n        refused\n        lastRefusal\n        lastDeliveryAt\n        files {\n          path\n          state\n          message\n        }\n        quarantine(filter: { statuses: [WAITING] }, first: 1) {\n          edges {\n            node {\n              id\n              reason\n              field\n              advice\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.DataFirstDeliveryDocument,
    "\n  query DataSample($item: ID!) {\n    quarantinedFields(item: $item) {\n      path\n      value\n    }\n  }\n": typeof types.DataSampleDocument,
    "\n  mutation DataMapConnection($id: ID!, $mapping: JSON!) {\n    changeConnectionMapping(id: $id, mapping: $mapping) {\n      id\n    }\n    replayQuarantined(connection: $id) {\n      replayed\n      failed\n      remaining\n    }\n  }\n": typeof types.DataMapConnectionDocument,
    "\n  query DataConnections($after: ID) {\n    connections(after: $after) {\n      id\n      name\n      connector\n      path\n      createdAt\n      createdBy\n      rotatedAt\n      formerSecretUntil\n      lastDeliveryAt\n      deliveries\n      accepted\n      duplicates\n      rejected\n      ignored\n      lastError\n      lastErrorAt\n      lastRefusal\n      lastRefusedAt\n      sources\n      waiting\n      fetching {\n        hasKey\n        waiting\n        openUntil\n        lastError\n      }\n    }\n  }\n": typeof types.DataConnectionsDocument,
    "\n  mutation DataCreateConnection($input: ConnectionInput!) {\n    createConnection(input: $input) {\n      secret\n      connection {\n        id\n        name\n        path\n      }\n    }\n  }\n": typeof types.DataCreateConnectionDocument,
    "\n  mutation DataRotateConnection($id: ID!) {\n    rotateConnection(id: $id) {\n      secret\n      connection {\n        id\n        name\n        path\n      }\n    }\n  }\n": typeof types.DataRotateConnectionDocument,
    "\n  mutation DataRemoveConnection($id: ID!) {\n    removeConnection(id: $id)\n  }\n": typeof types.DataRemoveConnectionDocument,
    "\n  query DataSources($after: String, $whole: Boolean!) {\n    sources(first: 20, after: $after) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          name\n          responsesLast30Days\n          lastAnsweredAt\n          complete\n          lastReceivedAt\n          lagSeconds\n          deliveries @include(if: $whole) {\n            rejected\n            rejectedByCode {\n              code\n              count\n            }\n            lastAcceptedAt\n          }\n          quality @include(if: $whole) {\n            today {\n              accepted\n              weekday\n              low\n              high\n              verdict\n            }\n            yesterday {\n              accepted\n              weekday\n              low\n              high\n              verdict\n            }\n            silenceSeconds\n            typicalGapSeconds\n            missedInSilence\n            stale\n            items\n            invalidShare\n            duplicateShare\n            missing {\n              field\n              share\n            }\n            clockSkew {\n              aheadShare\n              medianAheadSeconds\n              lateShare\n              medianDelaySeconds\n            }\n            wordings {\n              node\n              survey\n              version\n              firstSeenAt\n              isNew\n            }\n          }\n        }\n      }\n      unattributed @include(if: $whole) {\n        rejected\n        rejectedByCode {\n          code\n          count\n        }\n      }\n    }\n  }\n": typeof types.DataSourcesDocument,
    "\n  query DataImports($after: String) {\n    imports(first: 20, after: $after) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          id\n          name\n          source\n          by\n          startedAt\n          finishedAt\n          undoneAt\n          accepted\n          duplicates\n          rejected\n          leftOut\n          undo {\n            by\n            reason\n            removed\n            restored\n            stayed\n          }\n        }\n      }\n    }\n  }\n": typeof types.DataImportsDocument,
    "\n  mutation DataUndoImport($id: ID!, $reason: String!) {\n    undoImport(id: $id, reason: $reason) {\n      id\n      undo {\n        complete\n        removed\n        restored\n        stayed\n        held\n        restricted\n        facts\n      }\n    }\n  }\n": typeof types.DataUndoImportDocument,
    "\n  query DataFirstVisit {\n    responses(first: 1) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n    demo {\n      state\n      progress\n      answers\n      failure\n    }\n  }\n": typeof types.DataFirstVisitDocument,
    "\n  mutation DataLoadExample {\n    loadExample {\n      id\n      accepted\n      rejected\n    }\n  }\n": typeof types.DataLoadExampleDocument,
    "\n  mutation DataStartDemo {\n    startDemo(liveMinutes: 60) {\n      state\n      progress\n      answers\n      failure\n    }\n  }\n": typeof types.DataStartDemoDocument,
    "\n  query DataQuarantine($connection: ID!, $filter: QuarantineFilter, $after: ID) {\n    node(id: $connection) {\n      ... on Connection {\n        id\n        waiting\n        unkept\n        refused\n        quarantine(filter: $filter, first: 25, after: $after) {\n          reasons {\n            reason\n            count\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          edges {\n            node {\n              id\n              status\n              reason\n              code\n              field\n              advice\n              position\n              bytes\n              receivedAt\n              attempts\n              attemptedAt\n              dueAt\n              lastError\n              expiresAt\n              settledAt\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.DataQuarantineDocument,
    "\n  mutation DataReplay($connection: ID!, $ids: [ID!], $filter: QuarantineFilter, $triedBefore: DateTime) {\n    replayQuarantined(connection: $connection, ids: $ids, filter: $filter, triedBefore: $triedBefore) {\n      replayed\n      failed\n      remaining\n      startedAt\n      problems {\n        reason\n        code\n        field\n        count\n      }\n    }\n  }\n": typeof types.DataReplayDocument,
    "\n  mutation DataDiscard($connection: ID!, $ids: [ID!], $filter: QuarantineFilter) {\n    discardQuarantined(connection: $connection, ids: $ids, filter: $filter)\n  }\n": typeof types.DataDiscardDocument,
    "\n  query DataQuarantinedContent($item: ID!) {\n    quarantinedContent(item: $item)\n  }\n": typeof types.DataQuarantinedContentDocument,
    "\n  query DataRetentionRules {\n    retentionRules {\n      field\n      dimension\n      source\n      keep\n      configured\n      setBy\n      setAt\n      reason\n    }\n  }\n": typeof types.DataRetentionRulesDocument,
    "\n  query DataRetentionDue($field: RetainedField!, $dimension: Dimension, $source: String, $keep: String!) {\n    retentionDue(field: $field, dimension: $dimension, source: $source, keep: $keep)\n  }\n": typeof types.DataRetentionDueDocument,
    "\n  mutation DataSetRetention(\n    $field: RetainedField!\n    $dimension: Dimension\n    $source: String\n    $keep: String\n    $reason: String!\n  ) {\n    setRetention(field: $field, dimension: $dimension, source: $source, keep: $keep, reason: $reason) {\n      field\n      dimension\n      source\n      keep\n    }\n  }\n": typeof types.DataSetRetentionDocument,
    "\n  query ExploreLines(\n    $segment: SegmentInput\n    $from: DateTime!\n    $to: DateTime!\n    $every: Granularity!\n    $rolling: Duration\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n  ) {\n    npsSeries(\n      segment: $segment\n      from: $from\n      to: $to\n      every: $every\n      rolling: $rolling\n      basis: $basis\n      groupBy: $groupBy\n    ) {\n      id\n      time\n      until\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      suppressed\n    }\n  }\n": typeof types.ExploreLinesDocument,
    "\n  query ExploreScores(\n    $segment: SegmentInput\n    $window: Duration!\n    $asOf: DateTime\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n    $first: Int\n    $orderBy: [NpsOrder!]!\n  ) {\n    nps(\n      segment: $segment\n      window: $window\n      asOf: $asOf\n      basis: $basis\n      groupBy: $groupBy\n      first: $first\n      orderBy: $orderBy\n    ) {\n      id\n      time\n      until\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      change\n      suppressed\n    }\n  }\n": typeof types.ExploreScoresDocument,
    "\n  query ExploreWhy(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n    $basis: Basis!\n  ) {\n    npsChange(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      basis: $basis\n    ) {\n      before {\n        id\n        score\n        responses\n        suppressed\n      }\n      after {\n        id\n        score\n        responses\n        suppressed\n      }\n      difference\n      low\n      high\n      pValue\n    }\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n      basis: $basis\n    ) {\n      segmentValues {\n        field\n        value\n      }\n      theme\n      mix\n      rate\n      low\n      high\n      responsesBefore\n      responsesAfter\n      shareBefore\n      shareAfter\n      scoreBefore\n      scoreAfter\n      before\n      after\n      suppressed\n    }\n  }\n": typeof types.ExploreWhyDocument,
    "\n  query LineageGroups($id: ID!, $direction: TraceDirection!) {\n    lineageGroups(id: $id, direction: $direction) {\n      node { id kind label recordedAt }\n      groups { kind depth count }\n      links { from to relation }\n      complete\n      reason\n    }\n  }\n": typeof types.LineageGroupsDocument,
    "\n  query LineageMembers($id: ID!, $direction: TraceDirection!, $kind: String!, $contains: String, $after: String) {\n    lineageMembers(id: $id, direction: $direction, kind: $kind, contains: $contains, first: 50, after: $after) {\n      nodes { id kind label recordedAt }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.LineageMembersDocument,
    "\n  query LineagePath($from: ID!, $to: ID!) {\n    path(from: $from, to: $to) {\n      nodes { id kind label recordedAt }\n      edges { from to relation }\n      complete\n      reason\n    }\n  }\n": typeof types.LineagePathDocument,
    "\n  query LineageImpact($id: ID!) {\n    impact(id: $id, first: 1) {\n      totals { rollups segments responses inferred firstHour lastHour suppressed complete reason }\n      decisions(first: 5) { nodes { id label } pageInfo { hasNextPage } }\n      alerts(first: 5) { nodes { id label } pageInfo { hasNextPage } }\n    }\n  }\n": typeof types.LineageImpactDocument,
    "\n  query LineageScore($id: ID!) {\n    npsRow(id: $id) { id time until score low high responses suppressed }\n  }\n": typeof types.LineageScoreDocument,
    "\n  query LineagePresent($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) { id responses suppressed }\n  }\n": typeof types.LineagePresentDocument,
    "\n  query VerifyScore($id: ID!) {\n    verify(id: $id) {\n      verdict\n      reason\n      stated\n      recomputed\n      responses\n      erased\n      rollups\n      root\n      offender\n      steps { check passed says }\n    }\n  }\n": typeof types.VerifyScoreDocument,
    "\n  query ExportProof($id: ID!) {\n    exportProof(id: $id)\n  }\n": typeof types.ExportProofDocument,
    "\n  query ScoreAsKnown($id: ID!, $knownAt: DateTime!) {\n    npsAsKnownAt(id: $id, knownAt: $knownAt) {\n      knownAt\n      known { score low high responses }\n      now { score low high responses }\n      differences {\n        reason\n        promoters\n        passives\n        detractors\n        responses\n        facts(first: 20) { responseId known now recordedAt }\n      }\n    }\n  }\n": typeof types.ScoreAsKnownDocument,
    "\n  query ModelVersions {\n    modelVersions { id version label stage trainedAt encoder languages inUse companion { id version languages } companionOf { version stage } }\n  }\n": typeof types.ModelVersionsDocument,
    "\n  query ModelReigns {\n    modelVersions { id history { id to cause } }\n  }\n": typeof types.ModelReignsDocument,
    "\n  query ModelVersionDetail($id: ID!) {\n    node(id: $id) {\n      id\n      ... on ModelVersion {\n        version label stage trainedAt encoder languages artefact evaluation\n        trainingSets { hash head examples description until }\n        features { key name version source description }\n        history { id from to cause actor reason recordedAt underReview verdicts { by at verdict reason } }\n      }\n    }\n  }\n": typeof types.ModelVersionDetailDocument,
    "\n  query ModelQualityOf($id: ID!, $from: DateTime!, $to: DateTime!) {\n    modelQuality(modelVersion: $id, from: $from, to: $to) {\n      judged accuracy accuracyInterval { low high }\n      rankedProbabilityScore rankedProbabilityScoreInterval { low high }\n      brier brierInterval { low high }\n      macroF1 ece abstention abstentions { reason n } scored confusion complete\n      mixChange { shift low high pValue }\n    }\n  }\n": typeof types.ModelQualityOfDocument,
    "\n  query ModelComparisonOf($challenger: ID!, $champion: ID!, $from: DateTime!, $to: DateTime!) {\n    modelComparison(challenger: $challenger, champion: $champion, from: $from, to: $to) {\n      judged difference low high better\n      parts { challenger { version } champion { version } judged difference low high better }\n    }\n  }\n": typeof types.ModelComparisonOfDocument,
    "\n  query ModelReadingsOf($id: ID!, $metrics: [ModelMetric!], $from: DateTime!) {\n    modelReadings(modelVersion: $id, metrics: $metrics, from: $from, first: 500) {\n      metric from until n referenceN value reference low high adjustedPValue alarm segmentValues { field value }\n    }\n  }\n": typeof types.ModelReadingsOfDocument,
    "\n  query TryText($text: String!, $id: ID!) {\n    classify(texts: [$text], modelVersion: $id) {\n      class detractor passive promoter sentiment uncertainty abstained\n      themes { theme probability called }\n      explanation { token share }\n    }\n  }\n": typeof types.TryTextDocument,
    "\n  mutation TrainModel($reason: String!) {\n    trainModel(reason: $reason) { id version }\n  }\n": typeof types.TrainModelDocument,
    "\n  mutation PairModels($id: ID!, $companion: ID!, $reason: String!) {\n    pairModels(id: $id, companion: $companion, reason: $reason) { id version }\n  }\n": typeof types.PairModelsDocument,
    "\n  mutation ShadowModel($id: ID!, $reason: String!) {\n    shadowModel(id: $id, reason: $reason) { id stage }\n  }\n": typeof types.ShadowModelDocument,
    "\n  mutation PromoteModel($id: ID!, $reason: String!) {\n    promoteModel(id: $id, reason: $reason) { id stage }\n  }\n": typeof types.PromoteModelDocument,
    "\n  mutation RollBackModel($reason: String!) {\n    rollbackModel(reason: $reason) { id version stage }\n  }\n": typeof types.RollBackModelDocument,
    "\n  mutation DisputeModelDecision($decision: ID!, $reason: String!) {\n    disputeDecision(decision: $decision, reason: $reason) { id }\n  }\n": typeof types.DisputeModelDecisionDocument,
    "\n  query OverviewAsk($question: String!) {\n    ask(question: $question) {\n      kind\n      by\n      sentences\n      examples\n      failure\n      query {\n        name\n        documentId\n        text\n        variables\n      }\n    }\n  }\n": typeof types.OverviewAskDocument,
    "\n  query OverviewNarrative($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!, $rewrite: Boolean!) {\n    narrative(segment: $segment, window: $window, asOf: $asOf, basis: $basis, rewrite: $rewrite) {\n      by\n      refused\n      failure\n      sentences {\n        text\n        facts {\n          id\n          cites\n        }\n      }\n    }\n  }\n": typeof types.OverviewNarrativeDocument,
    "\n  query OverviewNewest($segment: SegmentInput, $from: DateTime, $to: DateTime) {\n    responses(segment: $segment, from: $from, to: $to, first: 30) {\n      edges {\n        node {\n          id\n          answeredAt\n          score\n          class\n          comment\n          segmentValues {\n            field\n            value\n          }\n        }\n      }\n    }\n  }\n": typeof types.OverviewNewestDocument,
    "\n  query OverviewSegments(\n    $segment: SegmentInput\n    $window: Duration!\n    $asOf: DateTime\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n  ) {\n    all: nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      id\n      score\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n    groups: nps(\n      segment: $segment\n      window: $window\n      asOf: $asOf\n      basis: $basis\n      groupBy: $groupBy\n      orderBy: [{ by: RESPONSES, direction: DESC }]\n      first: 200\n    ) {\n      id\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n": typeof types.OverviewSegmentsDocument,
    "\n  query OverviewThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    themes(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      theme\n      responses\n      share\n      score\n      low\n      high\n      contribution\n      contributionLow\n      contributionHigh\n      suppressed\n    }\n  }\n": typeof types.OverviewThemesDocument,
    "\n  query OverviewTrend($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!, $basis: Basis!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every, basis: $basis) {\n      id\n      time\n      until\n      score\n      low\n      high\n      responses\n      suppressed\n    }\n  }\n": typeof types.OverviewTrendDocument,
    "\n  query OverviewDrivers(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n    $basis: Basis!\n  ) {\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n      basis: $basis\n    ) {\n      segmentValues {\n        field\n        value\n      }\n      theme\n      mix\n      rate\n      low\n      high\n      before\n      after\n      responsesBefore\n      responsesAfter\n      scoreBefore\n      scoreAfter\n      suppressed\n    }\n  }\n": typeof types.OverviewDriversDocument,
    "\n  query OverviewScore($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      id\n      time\n      until\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n": typeof types.OverviewScoreDocument,
    "\n  subscription OverviewLive($segment: SegmentInput, $window: Duration!, $basis: Basis!, $after: String) {\n    npsUpdates(segment: $segment, window: $window, basis: $basis, after: $after) {\n      position\n      lagMs\n      row {\n        id\n        time\n        until\n        score\n        low\n        high\n        responses\n        promoters\n        passives\n        detractors\n        suppressed\n      }\n    }\n  }\n": typeof types.OverviewLiveDocument,
    "\n  query OverviewChange(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $basis: Basis!\n  ) {\n    npsChange(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      basis: $basis\n    ) {\n      difference\n      low\n      high\n      pValue\n      before {\n        id\n        score\n        responses\n        suppressed\n      }\n      after {\n        id\n        responses\n        suppressed\n      }\n    }\n  }\n": typeof types.OverviewChangeDocument,
    "\n  query OverviewWeek {\n    narratives(kind: WEEK, first: 20) {\n      edges {\n        node {\n          id\n          title\n          until\n          writtenAt\n          sentences {\n            text\n            facts {\n              id\n              kind\n              cites\n              numbers\n            }\n          }\n        }\n      }\n    }\n  }\n": typeof types.OverviewWeekDocument,
    "\n  query PeopleSubject($respondent: String!) {\n    subject(respondent: $respondent)\n  }\n": typeof types.PeopleSubjectDocument,
    "\n  mutation PeopleRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {\n    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)\n  }\n": typeof types.PeopleRestrictDocument,
    "\n  mutation PeopleRectify($response: ID!, $score: Int, $comment: String, $reason: String!) {\n    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)\n  }\n": typeof types.PeopleRectifyDocument,
    "\n  mutation PeopleErase($respondent: String!, $reason: String!) {\n    eraseSubject(respondent: $respondent, reason: $reason) {\n      known\n      responses\n      complete\n      remaining\n      trainingSets\n      models {\n        version\n        stage\n      }\n      records {\n        id\n        at\n        by\n        reason\n        responses\n        complete\n        completedAt\n        trainingSets\n        wrappedBy\n        copiesUnreadableSince\n      }\n    }\n  }\n": typeof types.PeopleEraseDocument,
    "\n  query PeopleMerges($first: Int!, $after: String) {\n    merges(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          kind\n          from\n          into\n          by\n          reason\n          at\n          undoneAt\n          undoneBy\n          undoReason\n          goneAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.PeopleMergesDocument,
    "\n  mutation PeopleMerge($kind: IdentityKind!, $from: String!, $into: String!, $reason: String!) {\n    mergeIdentities(kind: $kind, from: $from, into: $into, reason: $reason)\n  }\n": typeof types.PeopleMergeDocument,
    "\n  mutation PeopleUndoMerge($id: ID!, $reason: String!) {\n    undoMerge(id: $id, reason: $reason)\n  }\n": typeof types.PeopleUndoMergeDocument,
    "\n  query PeopleErasures($first: Int!, $after: String) {\n    erasures(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          at\n          by\n          reason\n          responses\n          complete\n          completedAt\n          trainingSets\n          wrappedBy\n          copiesUnreadableSince\n          models {\n            version\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.PeopleErasuresDocument,
    "\n  query PeopleHolds {\n    legalHolds {\n      id\n      segment\n      actor\n      reason\n      placedAt\n      releasedAt\n    }\n  }\n": typeof types.PeopleHoldsDocument,
    "\n  mutation PeoplePlaceHold($respondent: String!, $reason: String!) {\n    placeLegalHold(respondent: $respondent, reason: $reason)\n  }\n": typeof types.PeoplePlaceHoldDocument,
    "\n  mutation PeopleReleaseHold($id: ID!, $reason: String!) {\n    releaseLegalHold(id: $id, reason: $reason)\n  }\n": typeof types.PeopleReleaseHoldDocument,
    "\n  query ResponsesPage(\n    $segment: SegmentInput\n    $from: DateTime\n    $to: DateTime\n    $class: [NpsClass!]\n    $themes: [String!]\n    $sentiment: [Sentiment!]\n    $sources: [String!]\n    $text: String\n    $counted: Boolean!\n    $order: ResponseOrder!\n    $first: Int!\n    $after: String\n  ) {\n    responses(\n      segment: $segment\n      from: $from\n      to: $to\n      class: $class\n      themes: $themes\n      sentiment: $sentiment\n      sources: $sources\n      text: $text\n      counted: $counted\n      order: $order\n      first: $first\n      after: $after\n    ) {\n      edges {\n        node {\n          id\n          answeredAt\n          score\n          class\n          comment\n          source\n          segmentValues {\n            field\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      searchedTo\n    }\n  }\n": typeof types.ResponsesPageDocument,
    "\n  query ResponsesHead(\n    $segment: SegmentInput\n    $from: DateTime\n    $class: [NpsClass!]\n    $themes: [String!]\n    $sentiment: [Sentiment!]\n    $sources: [String!]\n    $text: String\n    $counted: Boolean!\n    $first: Int!\n  ) {\n    responses(\n      segment: $segment\n      from: $from\n      class: $class\n      themes: $themes\n      sentiment: $sentiment\n      sources: $sources\n      text: $text\n      counted: $counted\n      first: $first\n    ) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n": typeof types.ResponsesHeadDocument,
    "\n  query ResponsesWindow($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {\n    nps(segment: $segment, window: $window, asOf: $asOf) {\n      id\n      time\n      until\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n": typeof types.ResponsesWindowDocument,
    "\n  query ResponsesCounts($segment: SegmentInput, $from: DateTime, $to: DateTime, $predictions: Boolean!) {\n    responseCounts(segment: $segment, from: $from, to: $to) {\n      responses\n      complete\n      sources {\n        source\n        responses\n      }\n      sentiments @include(if: $predictions) {\n        negative\n        neutral\n        positive\n      }\n    }\n  }\n": typeof types.ResponsesCountsDocument,
    "\n  query ResponsesThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {\n    themes(segment: $segment, window: $window, asOf: $asOf) {\n      theme\n      responses\n      suppressed\n    }\n  }\n": typeof types.ResponsesThemesDocument,
    "\n  query ResponsesSources($segment: SegmentInput) {\n    sources(segment: $segment, first: 20) {\n      edges {\n        node {\n          name\n        }\n      }\n    }\n  }\n": typeof types.ResponsesSourcesDocument,
    "\n  subscription ResponsesLive($segment: SegmentInput, $window: Duration!, $after: String) {\n    npsUpdates(segment: $segment, window: $window, after: $after) {\n      position\n      lagMs\n      row {\n        id\n      }\n    }\n  }\n": typeof types.ResponsesLiveDocument,
    "\n  query ResponsesAnswer($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Response {\n        externalId\n        source\n        answeredAt\n        receivedAt\n        score\n        scale\n        class\n        survey\n        surveyVersion\n        comment\n        respondent\n        counting {\n          counted\n          reason\n          rule\n          since\n          instead\n          flags\n        }\n        segmentValues {\n          field\n          value\n        }\n        prediction {\n          modelVersion {\n            id\n            version\n          }\n          class\n          promoter\n          passive\n          detractor\n          sentiment\n          negative\n          neutral\n          positive\n          uncertainty\n          abstained\n          themes {\n            theme\n            probability\n            called\n          }\n        }\n      }\n    }\n  }\n": typeof types.ResponsesAnswerDocument,
    "\n  query ResponsesExplanation($id: ID!, $head: Head!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Response {\n        prediction {\n          explanation(head: $head) {\n            token\n            share\n          }\n        }\n      }\n    }\n  }\n": typeof types.ResponsesExplanationDocument,
    "\n  query ResponsesLineage($id: ID!) {\n    trace(id: $id, first: 50) {\n      nodes {\n        id\n        kind\n        label\n        recordedAt\n      }\n    }\n    reviews: lineageMembers(id: $id, direction: DOWNSTREAM, kind: \"Review\", first: 10) {\n      nodes {\n        id\n        label\n        recordedAt\n      }\n    }\n  }\n": typeof types.ResponsesLineageDocument,
    "\n  mutation ResponsesDispute($response: ID!, $reason: String!) {\n    disputeResponse(response: $response, reason: $reason) {\n      id\n    }\n  }\n": typeof types.ResponsesDisputeDocument,
    "\n  mutation ResponsesCorrect($response: ID!, $score: Int, $comment: String, $reason: String!) {\n    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)\n  }\n": typeof types.ResponsesCorrectDocument,
    "\n  mutation ResponsesRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {\n    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)\n  }\n": typeof types.ResponsesRestrictDocument,
    "\n  mutation ResponsesCount($response: ID!, $counted: Boolean!, $reason: String!) {\n    countResponse(response: $response, counted: $counted, reason: $reason)\n  }\n": typeof types.ResponsesCountDocument,
    "\n  mutation ResponsesErase($respondent: String!, $reason: String!) {\n    eraseSubject(respondent: $respondent, reason: $reason) {\n      known\n      responses\n      complete\n      remaining\n    }\n  }\n": typeof types.ResponsesEraseDocument,
    "\n  query ReviewQueue($first: Int!, $decided: Boolean!) {\n    reviewQueue(first: $first, decided: $decided) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id cause reason queuedAt claimedUntil decidedAt approvals blocked\n        modelVersion { id version label }\n        decision { id label }\n        decisions { by at verdict class reason }\n        response {\n          id externalId answeredAt score class comment source\n          segmentValues { field value }\n          prediction {\n            class detractor passive promoter abstained\n          }\n        }\n      } }\n    }\n  }\n": typeof types.ReviewQueueDocument,
    "\n  query ReviewExplanation($id: ID!) {\n    node(id: $id) {\n      id\n      ... on Response {\n        prediction {\n          explanation {\n            token\n            share\n          }\n        }\n      }\n    }\n  }\n": typeof types.ReviewExplanationDocument,
    "\n  query ReviewCounts {\n    reviewCounts { waiting claimed decided own }\n  }\n": typeof types.ReviewCountsDocument,
    "\n  mutation ClaimReview($id: ID!) {\n    claimReview(id: $id) { id claimedUntil }\n  }\n": typeof types.ClaimReviewDocument,
    "\n  mutation ReleaseReview($id: ID!) {\n    releaseReview(id: $id) { id claimedUntil }\n  }\n": typeof types.ReleaseReviewDocument,
    "\n  mutation DecideReview($id: ID!, $input: ReviewDecisionInput!) {\n    decideReview(id: $id, input: $input) { id decidedAt blocked }\n  }\n": typeof types.DecideReviewDocument,
    "\n  query RulesList {\n    rules {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n": typeof types.RulesListDocument,
    "\n  query RulesVersions($name: String!) {\n    ruleVersions(name: $name) {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n": typeof types.RulesVersionsDocument,
    "\n  query RulesReplay($rule: JSON!, $from: DateTime!, $to: DateTime!) {\n    replayRule(rule: $rule, from: $from, to: $to) {\n      from to fired real undecided statedFalseAlarmsPerYear\n      firings { at verdict }\n    }\n  }\n": typeof types.RulesReplayDocument,
    "\n  query RulesSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {\n      time until score low high responses suppressed\n    }\n  }\n": typeof types.RulesSeriesDocument,
    "\n  mutation RulesSave($name: String!, $rule: JSON!, $enabled: Boolean!, $reason: String!) {\n    saveRule(name: $name, rule: $rule, enabled: $enabled, reason: $reason) {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n": typeof types.RulesSaveDocument,
    "\n  query TargetsList {\n    targets {\n      id name kind settings hasSecret events role segment rate createdAt createdBy failures pausedUntil disabledAt disabledReason\n    }\n  }\n": typeof types.TargetsListDocument,
    "\n  query TargetsRoles {\n    roles { name }\n  }\n": typeof types.TargetsRolesDocument,
    "\n  query TargetsDeliveries($target: ID, $state: [DeliveryState!], $first: Int!) {\n    deliveries(target: $target, state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id event subject state attempts due createdAt settledAt lastStatus lastError remoteId\n        target { id name }\n      } }\n    }\n  }\n": typeof types.TargetsDeliveriesDocument,
    "\n  mutation TargetsCreate($input: TargetInput!) {\n    createTarget(input: $input) { secret target { id name } }\n  }\n": typeof types.TargetsCreateDocument,
    "\n  mutation TargetsUpdate($id: ID!, $input: TargetChanges!, $reason: String!) {\n    updateTarget(id: $id, input: $input, reason: $reason) { id disabledAt }\n  }\n": typeof types.TargetsUpdateDocument,
    "\n  mutation TargetsRemove($id: ID!, $reason: String!) {\n    removeTarget(id: $id, reason: $reason)\n  }\n": typeof types.TargetsRemoveDocument,
    "\n  mutation TargetsTest($id: ID!, $event: TargetEvent!, $send: Boolean!) {\n    testTarget(id: $id, event: $event, send: $send) {\n      sent delivered status error\n      request { method url headers body }\n    }\n  }\n": typeof types.TargetsTestDocument,
    "\n  mutation TargetsReplay($id: ID!, $reason: String!) {\n    replayDelivery(id: $id, reason: $reason) { id state }\n  }\n": typeof types.TargetsReplayDocument,
    "\n  mutation TargetsReplayAll($target: ID!, $reason: String!) {\n    replayDeliveries(target: $target, reason: $reason)\n  }\n": typeof types.TargetsReplayAllDocument,
    "\n  query TargetsOnCall {\n    onCall {\n      version plan createdBy createdAt reason quietUntil\n      now { schedule target next until }\n      steps { step minutes schedule target }\n    }\n  }\n": typeof types.TargetsOnCallDocument,
    "\n  mutation TargetsSaveOnCall($plan: JSON!, $reason: String!) {\n    saveOnCall(plan: $plan, reason: $reason) { version }\n  }\n": typeof types.TargetsSaveOnCallDocument,
};
const documents: Documents = {
    "\n  query Viewer {\n    viewer {\n      name\n      role\n      rights\n      smallestCount\n      attributes\n      sources\n      expiresAt\n      policyVersion\n      languageModel\n    }\n    dimensions {\n      field\n      enumValue\n      label\n      description\n    }\n  }\n": types.ViewerDocument,
    "\n  query AccountsOf($about: [ID!]!) {\n    accountsOf(about: $about) {\n      about account owner cause since decidedAt reasons probability\n      facts { detractor promoter scoresFall namesCancellation usageFell usageGrew pays }\n      moneyAtStake { amount currency }\n      alert { id } case { id title } decision { id }\n    }\n  }\n": types.AccountsOfDocument,
    "\n  query MarkedImports {\n    imports(first: 50) {\n      edges {\n        node {\n          id\n          name\n          startedAt\n          undoneAt\n        }\n      }\n    }\n  }\n": types.MarkedImportsDocument,
    "\n  query MarkedModels {\n    modelVersions {\n      id\n      version\n      history {\n        to\n        recordedAt\n      }\n    }\n  }\n": types.MarkedModelsDocument,
    "\n  query MarkedChanges($from: DateTime!, $to: DateTime!, $segment: SegmentInput) {\n    changes(from: $from, to: $to, segment: $segment, first: 200) {\n      edges {\n        node {\n          id\n          kind\n          title\n          at\n          until\n          link\n          segmentValues {\n            value\n          }\n        }\n      }\n    }\n  }\n": types.MarkedChangesDocument,
    "\n  query DimensionValues($dimension: Dimension!) {\n    dimensionValues(dimension: $dimension)\n  }\n": types.DimensionValuesDocument,
    "\n  query AccessKeys {\n    apiKeys {\n      id\n      name\n      role\n      attributes\n      sources\n      readOnly\n      createdAt\n      createdBy\n      expiresAt\n      lastUsedAt\n      revokedAt\n      revokedBy\n    }\n  }\n": types.AccessKeysDocument,
    "\n  query AccessRoles {\n    roles {\n      name\n      permissions {\n        group\n        reach\n      }\n    }\n  }\n": types.AccessRolesDocument,
    "\n  query AccessPermissions($role: String!, $attributes: JSON) {\n    permissions(role: $role, attributes: $attributes) {\n      group\n      reach\n      segments\n      more\n    }\n  }\n": types.AccessPermissionsDocument,
    "\n  query AccessSessions($first: Int!, $actor: String) {\n    browserSessions(first: $first, actor: $actor) {\n      edges {\n        node {\n          id\n          actor\n          name\n          role\n          createdAt\n          lastSeenAt\n          expiresAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n": types.AccessSessionsDocument,
    "\n  mutation AccessEndSessions($actor: String, $id: ID, $reason: String!) {\n    endBrowserSessions(actor: $actor, id: $id, reason: $reason)\n  }\n": types.AccessEndSessionsDocument,
    "\n  mutation AccessCreateKey($input: ApiKeyInput!) {\n    createApiKey(input: $input) {\n      id\n      key\n    }\n  }\n": types.AccessCreateKeyDocument,
    "\n  mutation AccessRevokeKey($id: ID!, $reason: String!) {\n    revokeApiKey(id: $id, reason: $reason)\n  }\n": types.AccessRevokeKeyDocument,
    "\n  query AgentsList {\n    agents {\n      name description version autonomy defaultAutonomy enabled changedBy changedAt reason lastRunAt observed error\n      decisions { state count }\n    }\n  }\n": types.AgentsListDocument,
    "\n  query AgentsDryRun($name: String!) {\n    agentDryRun(name: $name) { key action nearMiss reason }\n  }\n": types.AgentsDryRunDocument,
    "\n  query AgentsDecisions($agent: String, $state: [DecisionState!], $first: Int!) {\n    decisions(agent: $agent, state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node { id agent key state nearMiss reason decidedAt } }\n    }\n  }\n": types.AgentsDecisionsDocument,
    "\n  query AgentsDecision($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on AgentDecision {\n        agent key policy state autonomy action nearMiss reason inputs inputHash outcome about traceId decidedAt settledAt\n        alternatives { action reason }\n        approval { verb by at reason edited }\n        replay { same reason }\n      }\n    }\n  }\n": types.AgentsDecisionDocument,
    "\n  mutation AgentsSet($name: String!, $autonomy: Autonomy!, $enabled: Boolean!, $reason: String!) {\n    setAgent(name: $name, autonomy: $autonomy, enabled: $enabled, reason: $reason) { name autonomy enabled }\n  }\n": types.AgentsSetDocument,
    "\n  mutation AgentsApprove($id: ID!, $reason: String!) {\n    approveDecision(id: $id, reason: $reason) { id state outcome }\n  }\n": types.AgentsApproveDocument,
    "\n  mutation AgentsEdit($id: ID!, $action: JSON!, $reason: String!) {\n    editDecision(id: $id, action: $action, reason: $reason) { id state outcome }\n  }\n": types.AgentsEditDocument,
    "\n  mutation AgentsReject($id: ID!, $reason: String!) {\n    rejectDecision(id: $id, reason: $reason) { id state outcome }\n  }\n": types.AgentsRejectDocument,
    "\n  query AlertsList($state: [AlertState!]!, $first: Int!) {\n    alerts(state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id state severity rule title summary since raisedAt changedAt\n        segmentValues { field value }\n      } }\n    }\n  }\n": types.AlertsListDocument,
    "\n  subscription AlertsLive($after: String) {\n    alertUpdates(after: $after) {\n      position\n      alert {\n        id state severity rule title summary since raisedAt changedAt\n        segmentValues { field value }\n      }\n    }\n  }\n": types.AlertsLiveDocument,
    "\n  query AlertsOne($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Alert {\n        state severity rule title summary since raisedAt changedAt resolvedAt facts evidence\n        segmentValues { field value }\n        before { id time until score low high responses suppressed }\n        after { id time until score low high responses suppressed }\n        decision { id agent policy state reason decidedAt action alternatives { action reason } replay { same reason } }\n        events { at kind by reason }\n      }\n    }\n  }\n": types.AlertsOneDocument,
    "\n  query AlertsAccounts($cause: AccountCause!, $first: Int!) {\n    accountsAtRisk(cause: $cause, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node { account owner reasons alert { id } decision { id } } }\n    }\n  }\n": types.AlertsAccountsDocument,
    "\n  query AlertsChange(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n  ) {\n    npsChange(segment: $segment, beforeFrom: $beforeFrom, beforeTo: $beforeTo, afterFrom: $afterFrom, afterTo: $afterTo) {\n      difference low high pValue\n      before { responses suppressed }\n      after { responses suppressed }\n    }\n  }\n": types.AlertsChangeDocument,
    "\n  query AlertsSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {\n      time until score low high responses suppressed\n    }\n  }\n": types.AlertsSeriesDocument,
    "\n  query AlertsDrivers(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n  ) {\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n    ) {\n      segmentValues { field value }\n      theme mix rate low high suppressed\n    }\n  }\n": types.AlertsDriversDocument,
    "\n  query AlertsExamples($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $class: [NpsClass!]) {\n    responses(segment: $segment, from: $from, to: $to, class: $class, first: 40) {\n      edges { node { id answeredAt score class comment segmentValues { field value } } }\n    }\n  }\n": types.AlertsExamplesDocument,
    "\n  mutation AlertsAcknowledge($id: ID!, $reason: String!) {\n    acknowledgeAlert(id: $id, reason: $reason) { id state changedAt }\n  }\n": types.AlertsAcknowledgeDocument,
    "\n  mutation AlertsDismiss($id: ID!, $reason: String!) {\n    dismissAlert(id: $id, reason: $reason) { id state changedAt }\n  }\n": types.AlertsDismissDocument,
    "\n  mutation AlertsOpenCase($input: CaseInput!) {\n    openCase(input: $input) { id }\n  }\n": types.AlertsOpenCaseDocument,
    "\n  query AlertsNarrative($id: ID!) {\n    narratives(about: $id, kind: ALERT, first: 1) {\n      edges { node { id writtenAt sentences { text facts { id cites } } } }\n    }\n  }\n": types.AlertsNarrativeDocument,
    "\n  query AuditLog($first: Int!, $after: String, $actor: String, $action: String, $from: DateTime, $to: DateTime) {\n    auditLog(first: $first, after: $after, actor: $actor, action: $action, from: $from, to: $to) {\n      edges {\n        node {\n          seq\n          at\n          actor\n          actorName\n          role\n          policyVersion\n          purpose\n          action\n          subject\n          outcome\n          previous\n          hash\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.AuditLogDocument,
    "\n  query AuditChain {\n    auditChain {\n      sound\n      problem\n      rows\n      signedRows\n      hash\n      checkedAt\n    }\n  }\n": types.AuditChainDocument,
    "\n  query BusinessCurves($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $horizon: Duration!) {\n    retentionCurves(segment: $segment, from: $from, to: $to, horizon: $horizon) {\n      class day accounts watched cancelled retention retentionLow retentionHigh suppressed\n    }\n  }\n": types.BusinessCurvesDocument,
    "\n  query BusinessChurn(\n    $segment: SegmentInput\n    $from: DateTime!\n    $to: DateTime!\n    $groupBy: [Dimension!]!\n    $horizon: Duration!\n  ) {\n    all: churnBySegment(segment: $segment, from: $from, to: $to, horizon: $horizon) {\n      class accounts cancelled churn suppressed\n    }\n    groups: churnBySegment(segment: $segment, from: $from, to: $to, groupBy: $groupBy, horizon: $horizon) {\n      segmentValues { field value }\n      class accounts cancelled churn retentionLow retentionHigh suppressed\n    }\n    churnAssociation(segment: $segment, from: $from, to: $to, adjustFor: $groupBy, horizon: $horizon) {\n      adjustedFor oddsRatio low high accounts otherAccounts strata leftOut notFollowed suppressed\n    }\n  }\n": types.BusinessChurnDocument,
    "\n  query BusinessFigures($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $lifetime: Duration!) {\n    kpis(segment: $segment, from: $from, to: $to, lifetime: $lifetime) {\n      kpi currency value low high n leftOut suppressed\n    }\n    onboardingSpeed(segment: $segment, from: $from, to: $to) {\n      speed accounts score low high leftOut suppressed\n    }\n  }\n": types.BusinessFiguresDocument,
    "\n  query BusinessCases($from: DateTime!, $to: DateTime!) {\n    caseMetrics(from: $from, to: $to) {\n      severity opened closed late answers\n      hoursToAct hoursToActLow hoursToActHigh\n      hoursToClose hoursToCloseLow hoursToCloseHigh\n      hoursFromAnswer hoursFromAnswerLow hoursFromAnswerHigh\n    }\n  }\n": types.BusinessCasesDocument,
    "\n  query CasesBoard($state: [CaseState!]!, $first: Int!) {\n    cases(state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id state severity title owner dueAt openedAt closedAt outcome\n        segmentValues { field value }\n      } }\n    }\n  }\n": types.CasesBoardDocument,
    "\n  subscription CasesLive($after: String) {\n    caseUpdates(after: $after) { position case { id } }\n  }\n": types.CasesLiveDocument,
    "\n  query CasesOne($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Case {\n        state severity title owner playbook dueAt openedAt actedAt closedAt outcome cause\n        segmentValues { field value }\n        events { at kind by reason }\n      }\n    }\n  }\n": types.CasesOneDocument,
    "\n  query CasesCause($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Alert { title summary state }\n      ... on Response { score class comment answeredAt }\n    }\n  }\n": types.CasesCauseDocument,
    "\n  mutation CasesAssign($id: ID!, $owner: String!, $reason: String!) {\n    assignCase(id: $id, owner: $owner, reason: $reason) { id state owner }\n  }\n": types.CasesAssignDocument,
    "\n  mutation CasesStart($id: ID!, $reason: String!) {\n    startCase(id: $id, reason: $reason) { id state }\n  }\n": types.CasesStartDocument,
    "\n  mutation CasesComment($id: ID!, $comment: String!) {\n    commentCase(id: $id, comment: $comment) { id state }\n  }\n": types.CasesCommentDocument,
    "\n  mutation CasesClose($id: ID!, $outcome: String!, $reason: String!) {\n    closeCase(id: $id, outcome: $outcome, reason: $reason) { id state outcome }\n  }\n": types.CasesCloseDocument,
    "\n  query DataFirstDelivery($id: ID!) {\n    node(id: $id) {\n      ... on Connection {\n        id\n        accepted\n        ignored\n        refused\n        lastRefusal\n        lastDeliveryAt\n        files {\n          path\n          state\n          message\n        }\n        quarantine(filter: { statuses: [WAITING] }, first: 1) {\n          edges {\n            node {\n              id\n              reason\n              field\n              advice\n            }\n          }\n        }\n      }\n    }\n  }\n": types.DataFirstDeliveryDocument,
    "\n  query DataSample($item: ID!) {\n    quarantinedFields(item: $item) {\n      path\n      value\n    }\n  }\n": types.DataSampleDocument,
    "\n  mutation DataMapConnection($id: ID!, $mapping: JSON!) {\n    changeConnectionMapping(id: $id, mapping: $mapping) {\n      id\n    }\n    replayQuarantined(connection: $id) {\n      replayed\n      failed\n      remaining\n    }\n  }\n": types.DataMapConnectionDocument,
    "\n  query DataConnections($after: ID) {\n    connections(after: $after) {\n      id\n      name\n      connector\n      path\n      createdAt\n      createdBy\n      rotatedAt\n      formerSecretUntil\n      lastDeliveryAt\n      deliveries\n      accepted\n      duplicates\n      rejected\n      ignored\n      lastError\n      lastErrorAt\n      lastRefusal\n      lastRefusedAt\n      sources\n      waiting\n      fetching {\n        hasKey\n        waiting\n        openUntil\n        lastError\n      }\n    }\n  }\n": types.DataConnectionsDocument,
    "\n  mutation DataCreateConnection($input: ConnectionInput!) {\n    createConnection(input: $input) {\n      secret\n      connection {\n        id\n        name\n        path\n      }\n    }\n  }\n": types.DataCreateConnectionDocument,
    "\n  mutation DataRotateConnection($id: ID!) {\n    rotateConnection(id: $id) {\n      secret\n      connection {\n        id\n        name\n        path\n      }\n    }\n  }\n": types.DataRotateConnectionDocument,
    "\n  mutation DataRemoveConnection($id: ID!) {\n    removeConnection(id: $id)\n  }\n": types.DataRemoveConnectionDocument,
    "\n  query DataSources($after: String, $whole: Boolean!) {\n    sources(first: 20, after: $after) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          name\n          responsesLast30Days\n          lastAnsweredAt\n          complete\n          lastReceivedAt\n          lagSeconds\n          deliveries @include(if: $whole) {\n            rejected\n            rejectedByCode {\n              code\n              count\n            }\n            lastAcceptedAt\n          }\n          quality @include(if: $whole) {\n            today {\n              accepted\n              weekday\n              low\n              high\n              verdict\n            }\n            yesterday {\n              accepted\n              weekday\n              low\n              high\n              verdict\n            }\n            silenceSeconds\n            typicalGapSeconds\n            missedInSilence\n            stale\n            items\n            invalidShare\n            duplicateShare\n            missing {\n              field\n              share\n            }\n            clockSkew {\n              aheadShare\n              medianAheadSeconds\n              lateShare\n              medianDelaySeconds\n            }\n            wordings {\n              node\n              survey\n              version\n              firstSeenAt\n              isNew\n            }\n          }\n        }\n      }\n      unattributed @include(if: $whole) {\n        rejected\n        rejectedByCode {\n          code\n          count\n        }\n      }\n    }\n  }\n": types.DataSourcesDocument,
    "\n  query DataImports($after: String) {\n    imports(first: 20, after: $after) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          id\n          name\n          source\n          by\n          startedAt\n          finishedAt\n          undoneAt\n          accepted\n          duplicates\n          rejected\n          leftOut\n          undo {\n            by\n            reason\n            removed\n            restored\n            stayed\n          }\n        }\n      }\n    }\n  }\n": types.DataImportsDocument,
    "\n  mutation DataUndoImport($id: ID!, $reason: String!) {\n    undoImport(id: $id, reason: $reason) {\n      id\n      undo {\n        complete\n        removed\n        restored\n        stayed\n        held\n        restricted\n        facts\n      }\n    }\n  }\n": types.DataUndoImportDocument,
    "\n  query DataFirstVisit {\n    responses(first: 1) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n    demo {\n      state\n      progress\n      answers\n      failure\n    }\n  }\n": types.DataFirstVisitDocument,
    "\n  mutation DataLoadExample {\n    loadExample {\n      id\n      accepted\n      rejected\n    }\n  }\n": types.DataLoadExampleDocument,
    "\n  mutation DataStartDemo {\n    startDemo(liveMinutes: 60) {\n      state\n      progress\n      answers\n      failure\n    }\n  }\n": types.DataStartDemoDocument,
    "\n  query DataQuarantine($connection: ID!, $filter: QuarantineFilter, $after: ID) {\n    node(id: $connection) {\n      ... on Connection {\n        id\n        waiting\n        unkept\n        refused\n        quarantine(filter: $filter, first: 25, after: $after) {\n          reasons {\n            reason\n            count\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          edges {\n            node {\n              id\n              status\n              reason\n              code\n              field\n              advice\n              position\n              bytes\n              receivedAt\n              attempts\n              attemptedAt\n              dueAt\n              lastError\n              expiresAt\n              settledAt\n            }\n          }\n        }\n      }\n    }\n  }\n": types.DataQuarantineDocument,
    "\n  mutation DataReplay($connection: ID!, $ids: [ID!], $filter: QuarantineFilter, $triedBefore: DateTime) {\n    replayQuarantined(connection: $connection, ids: $ids, filter: $filter, triedBefore: $triedBefore) {\n      replayed\n      failed\n      remaining\n      startedAt\n      problems {\n        reason\n        code\n        field\n        count\n      }\n    }\n  }\n": types.DataReplayDocument,
    "\n  mutation DataDiscard($connection: ID!, $ids: [ID!], $filter: QuarantineFilter) {\n    discardQuarantined(connection: $connection, ids: $ids, filter: $filter)\n  }\n": types.DataDiscardDocument,
    "\n  query DataQuarantinedContent($item: ID!) {\n    quarantinedContent(item: $item)\n  }\n": types.DataQuarantinedContentDocument,
    "\n  query DataRetentionRules {\n    retentionRules {\n      field\n      dimension\n      source\n      keep\n      configured\n      setBy\n      setAt\n      reason\n    }\n  }\n": types.DataRetentionRulesDocument,
    "\n  query DataRetentionDue($field: RetainedField!, $dimension: Dimension, $source: String, $keep: String!) {\n    retentionDue(field: $field, dimension: $dimension, source: $source, keep: $keep)\n  }\n": types.DataRetentionDueDocument,
    "\n  mutation DataSetRetention(\n    $field: RetainedField!\n    $dimension: Dimension\n    $source: String\n    $keep: String\n    $reason: String!\n  ) {\n    setRetention(field: $field, dimension: $dimension, source: $source, keep: $keep, reason: $reason) {\n      field\n      dimension\n      source\n      keep\n    }\n  }\n": types.DataSetRetentionDocument,
    "\n  query ExploreLines(\n    $segment: SegmentInput\n    $from: DateTime!\n    $to: DateTime!\n    $every: Granularity!\n    $rolling: Duration\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n  ) {\n    npsSeries(\n      segment: $segment\n      from: $from\n      to: $to\n      every: $every\n      rolling: $rolling\n      basis: $basis\n      groupBy: $groupBy\n    ) {\n      id\n      time\n      until\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      suppressed\n    }\n  }\n": types.ExploreLinesDocument,
    "\n  query ExploreScores(\n    $segment: SegmentInput\n    $window: Duration!\n    $asOf: DateTime\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n    $first: Int\n    $orderBy: [NpsOrder!]!\n  ) {\n    nps(\n      segment: $segment\n      window: $window\n      asOf: $asOf\n      basis: $basis\n      groupBy: $groupBy\n      first: $first\n      orderBy: $orderBy\n    ) {\n      id\n      time\n      until\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      change\n      suppressed\n    }\n  }\n": types.ExploreScoresDocument,
    "\n  query ExploreWhy(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n    $basis: Basis!\n  ) {\n    npsChange(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      basis: $basis\n    ) {\n      before {\n        id\n        score\n        responses\n        suppressed\n      }\n      after {\n        id\n        score\n        responses\n        suppressed\n      }\n      difference\n      low\n      high\n      pValue\n    }\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n      basis: $basis\n    ) {\n      segmentValues {\n        field\n        value\n      }\n      theme\n      mix\n      rate\n      low\n      high\n      responsesBefore\n      responsesAfter\n      shareBefore\n      shareAfter\n      scoreBefore\n      scoreAfter\n      before\n      after\n      suppressed\n    }\n  }\n": types.ExploreWhyDocument,
    "\n  query LineageGroups($id: ID!, $direction: TraceDirection!) {\n    lineageGroups(id: $id, direction: $direction) {\n      node { id kind label recordedAt }\n      groups { kind depth count }\n      links { from to relation }\n      complete\n      reason\n    }\n  }\n": types.LineageGroupsDocument,
    "\n  query LineageMembers($id: ID!, $direction: TraceDirection!, $kind: String!, $contains: String, $after: String) {\n    lineageMembers(id: $id, direction: $direction, kind: $kind, contains: $contains, first: 50, after: $after) {\n      nodes { id kind label recordedAt }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.LineageMembersDocument,
    "\n  query LineagePath($from: ID!, $to: ID!) {\n    path(from: $from, to: $to) {\n      nodes { id kind label recordedAt }\n      edges { from to relation }\n      complete\n      reason\n    }\n  }\n": types.LineagePathDocument,
    "\n  query LineageImpact($id: ID!) {\n    impact(id: $id, first: 1) {\n      totals { rollups segments responses inferred firstHour lastHour suppressed complete reason }\n      decisions(first: 5) { nodes { id label } pageInfo { hasNextPage } }\n      alerts(first: 5) { nodes { id label } pageInfo { hasNextPage } }\n    }\n  }\n": types.LineageImpactDocument,
    "\n  query LineageScore($id: ID!) {\n    npsRow(id: $id) { id time until score low high responses suppressed }\n  }\n": types.LineageScoreDocument,
    "\n  query LineagePresent($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) { id responses suppressed }\n  }\n": types.LineagePresentDocument,
    "\n  query VerifyScore($id: ID!) {\n    verify(id: $id) {\n      verdict\n      reason\n      stated\n      recomputed\n      responses\n      erased\n      rollups\n      root\n      offender\n      steps { check passed says }\n    }\n  }\n": types.VerifyScoreDocument,
    "\n  query ExportProof($id: ID!) {\n    exportProof(id: $id)\n  }\n": types.ExportProofDocument,
    "\n  query ScoreAsKnown($id: ID!, $knownAt: DateTime!) {\n    npsAsKnownAt(id: $id, knownAt: $knownAt) {\n      knownAt\n      known { score low high responses }\n      now { score low high responses }\n      differences {\n        reason\n        promoters\n        passives\n        detractors\n        responses\n        facts(first: 20) { responseId known now recordedAt }\n      }\n    }\n  }\n": types.ScoreAsKnownDocument,
    "\n  query ModelVersions {\n    modelVersions { id version label stage trainedAt encoder languages inUse companion { id version languages } companionOf { version stage } }\n  }\n": types.ModelVersionsDocument,
    "\n  query ModelReigns {\n    modelVersions { id history { id to cause } }\n  }\n": types.ModelReignsDocument,
    "\n  query ModelVersionDetail($id: ID!) {\n    node(id: $id) {\n      id\n      ... on ModelVersion {\n        version label stage trainedAt encoder languages artefact evaluation\n        trainingSets { hash head examples description until }\n        features { key name version source description }\n        history { id from to cause actor reason recordedAt underReview verdicts { by at verdict reason } }\n      }\n    }\n  }\n": types.ModelVersionDetailDocument,
    "\n  query ModelQualityOf($id: ID!, $from: DateTime!, $to: DateTime!) {\n    modelQuality(modelVersion: $id, from: $from, to: $to) {\n      judged accuracy accuracyInterval { low high }\n      rankedProbabilityScore rankedProbabilityScoreInterval { low high }\n      brier brierInterval { low high }\n      macroF1 ece abstention abstentions { reason n } scored confusion complete\n      mixChange { shift low high pValue }\n    }\n  }\n": types.ModelQualityOfDocument,
    "\n  query ModelComparisonOf($challenger: ID!, $champion: ID!, $from: DateTime!, $to: DateTime!) {\n    modelComparison(challenger: $challenger, champion: $champion, from: $from, to: $to) {\n      judged difference low high better\n      parts { challenger { version } champion { version } judged difference low high better }\n    }\n  }\n": types.ModelComparisonOfDocument,
    "\n  query ModelReadingsOf($id: ID!, $metrics: [ModelMetric!], $from: DateTime!) {\n    modelReadings(modelVersion: $id, metrics: $metrics, from: $from, first: 500) {\n      metric from until n referenceN value reference low high adjustedPValue alarm segmentValues { field value }\n    }\n  }\n": types.ModelReadingsOfDocument,
    "\n  query TryText($text: String!, $id: ID!) {\n    classify(texts: [$text], modelVersion: $id) {\n      class detractor passive promoter sentiment uncertainty abstained\n      themes { theme probability called }\n      explanation { token share }\n    }\n  }\n": types.TryTextDocument,
    "\n  mutation TrainModel($reason: String!) {\n    trainModel(reason: $reason) { id version }\n  }\n": types.TrainModelDocument,
    "\n  mutation PairModels($id: ID!, $companion: ID!, $reason: String!) {\n    pairModels(id: $id, companion: $companion, reason: $reason) { id version }\n  }\n": types.PairModelsDocument,
    "\n  mutation ShadowModel($id: ID!, $reason: String!) {\n    shadowModel(id: $id, reason: $reason) { id stage }\n  }\n": types.ShadowModelDocument,
    "\n  mutation PromoteModel($id: ID!, $reason: String!) {\n    promoteModel(id: $id, reason: $reason) { id stage }\n  }\n": types.PromoteModelDocument,
    "\n  mutation RollBackModel($reason: String!) {\n    rollbackModel(reason: $reason) { id version stage }\n  }\n": types.RollBackModelDocument,
    "\n  mutation DisputeModelDecision($decision: ID!, $reason: String!) {\n    disputeDecision(decision: $decision, reason: $reason) { id }\n  }\n": types.DisputeModelDecisionDocument,
    "\n  query OverviewAsk($question: String!) {\n    ask(question: $question) {\n      kind\n      by\n      sentences\n      examples\n      failure\n      query {\n        name\n        documentId\n        text\n        variables\n      }\n    }\n  }\n": types.OverviewAskDocument,
    "\n  query OverviewNarrative($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!, $rewrite: Boolean!) {\n    narrative(segment: $segment, window: $window, asOf: $asOf, basis: $basis, rewrite: $rewrite) {\n      by\n      refused\n      failure\n      sentences {\n        text\n        facts {\n          id\n          cites\n        }\n      }\n    }\n  }\n": types.OverviewNarrativeDocument,
    "\n  query OverviewNewest($segment: SegmentInput, $from: DateTime, $to: DateTime) {\n    responses(segment: $segment, from: $from, to: $to, first: 30) {\n      edges {\n        node {\n          id\n          answeredAt\n          score\n          class\n          comment\n          segmentValues {\n            field\n            value\n          }\n        }\n      }\n    }\n  }\n": types.OverviewNewestDocument,
    "\n  query OverviewSegments(\n    $segment: SegmentInput\n    $window: Duration!\n    $asOf: DateTime\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n  ) {\n    all: nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      id\n      score\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n    groups: nps(\n      segment: $segment\n      window: $window\n      asOf: $asOf\n      basis: $basis\n      groupBy: $groupBy\n      orderBy: [{ by: RESPONSES, direction: DESC }]\n      first: 200\n    ) {\n      id\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n": types.OverviewSegmentsDocument,
    "\n  query OverviewThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    themes(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      theme\n      responses\n      share\n      score\n      low\n      high\n      contribution\n      contributionLow\n      contributionHigh\n      suppressed\n    }\n  }\n": types.OverviewThemesDocument,
    "\n  query OverviewTrend($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!, $basis: Basis!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every, basis: $basis) {\n      id\n      time\n      until\n      score\n      low\n      high\n      responses\n      suppressed\n    }\n  }\n": types.OverviewTrendDocument,
    "\n  query OverviewDrivers(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n    $basis: Basis!\n  ) {\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n      basis: $basis\n    ) {\n      segmentValues {\n        field\n        value\n      }\n      theme\n      mix\n      rate\n      low\n      high\n      before\n      after\n      responsesBefore\n      responsesAfter\n      scoreBefore\n      scoreAfter\n      suppressed\n    }\n  }\n": types.OverviewDriversDocument,
    "\n  query OverviewScore($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      id\n      time\n      until\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n": types.OverviewScoreDocument,
    "\n  subscription OverviewLive($segment: SegmentInput, $window: Duration!, $basis: Basis!, $after: String) {\n    npsUpdates(segment: $segment, window: $window, basis: $basis, after: $after) {\n      position\n      lagMs\n      row {\n        id\n        time\n        until\n        score\n        low\n        high\n        responses\n        promoters\n        passives\n        detractors\n        suppressed\n      }\n    }\n  }\n": types.OverviewLiveDocument,
    "\n  query OverviewChange(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $basis: Basis!\n  ) {\n    npsChange(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      basis: $basis\n    ) {\n      difference\n      low\n      high\n      pValue\n      before {\n        id\n        score\n        responses\n        suppressed\n      }\n      after {\n        id\n        responses\n        suppressed\n      }\n    }\n  }\n": types.OverviewChangeDocument,
    "\n  query OverviewWeek {\n    narratives(kind: WEEK, first: 20) {\n      edges {\n        node {\n          id\n          title\n          until\n          writtenAt\n          sentences {\n            text\n            facts {\n              id\n              kind\n              cites\n              numbers\n            }\n          }\n        }\n      }\n    }\n  }\n": types.OverviewWeekDocument,
    "\n  query PeopleSubject($respondent: String!) {\n    subject(respondent: $respondent)\n  }\n": types.PeopleSubjectDocument,
    "\n  mutation PeopleRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {\n    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)\n  }\n": types.PeopleRestrictDocument,
    "\n  mutation PeopleRectify($response: ID!, $score: Int, $comment: String, $reason: String!) {\n    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)\n  }\n": types.PeopleRectifyDocument,
    "\n  mutation PeopleErase($respondent: String!, $reason: String!) {\n    eraseSubject(respondent: $respondent, reason: $reason) {\n      known\n      responses\n      complete\n      remaining\n      trainingSets\n      models {\n        version\n        stage\n      }\n      records {\n        id\n        at\n        by\n        reason\n        responses\n        complete\n        completedAt\n        trainingSets\n        wrappedBy\n        copiesUnreadableSince\n      }\n    }\n  }\n": types.PeopleEraseDocument,
    "\n  query PeopleMerges($first: Int!, $after: String) {\n    merges(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          kind\n          from\n          into\n          by\n          reason\n          at\n          undoneAt\n          undoneBy\n          undoReason\n          goneAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.PeopleMergesDocument,
    "\n  mutation PeopleMerge($kind: IdentityKind!, $from: String!, $into: String!, $reason: String!) {\n    mergeIdentities(kind: $kind, from: $from, into: $into, reason: $reason)\n  }\n": types.PeopleMergeDocument,
    "\n  mutation PeopleUndoMerge($id: ID!, $reason: String!) {\n    undoMerge(id: $id, reason: $reason)\n  }\n": types.PeopleUndoMergeDocument,
    "\n  query PeopleErasures($first: Int!, $after: String) {\n    erasures(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          at\n          by\n          reason\n          responses\n          complete\n          completedAt\n          trainingSets\n          wrappedBy\n          copiesUnreadableSince\n          models {\n            version\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.PeopleErasuresDocument,
    "\n  query PeopleHolds {\n    legalHolds {\n      id\n      segment\n      actor\n      reason\n      placedAt\n      releasedAt\n    }\n  }\n": types.PeopleHoldsDocument,
    "\n  mutation PeoplePlaceHold($respondent: String!, $reason: String!) {\n    placeLegalHold(respondent: $respondent, reason: $reason)\n  }\n": types.PeoplePlaceHoldDocument,
    "\n  mutation PeopleReleaseHold($id: ID!, $reason: String!) {\n    releaseLegalHold(id: $id, reason: $reason)\n  }\n": types.PeopleReleaseHoldDocument,
    "\n  query ResponsesPage(\n    $segment: SegmentInput\n    $from: DateTime\n    $to: DateTime\n    $class: [NpsClass!]\n    $themes: [String!]\n    $sentiment: [Sentiment!]\n    $sources: [String!]\n    $text: String\n    $counted: Boolean!\n    $order: ResponseOrder!\n    $first: Int!\n    $after: String\n  ) {\n    responses(\n      segment: $segment\n      from: $from\n      to: $to\n      class: $class\n      themes: $themes\n      sentiment: $sentiment\n      sources: $sources\n      text: $text\n      counted: $counted\n      order: $order\n      first: $first\n      after: $after\n    ) {\n      edges {\n        node {\n          id\n          answeredAt\n          score\n          class\n          comment\n          source\n          segmentValues {\n            field\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      searchedTo\n    }\n  }\n": types.ResponsesPageDocument,
    "\n  query ResponsesHead(\n    $segment: SegmentInput\n    $from: DateTime\n    $class: [NpsClass!]\n    $themes: [String!]\n    $sentiment: [Sentiment!]\n    $sources: [String!]\n    $text: String\n    $counted: Boolean!\n    $first: Int!\n  ) {\n    responses(\n      segment: $segment\n      from: $from\n      class: $class\n      themes: $themes\n      sentiment: $sentiment\n      sources: $sources\n      text: $text\n      counted: $counted\n      first: $first\n    ) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n": types.ResponsesHeadDocument,
    "\n  query ResponsesWindow($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {\n    nps(segment: $segment, window: $window, asOf: $asOf) {\n      id\n      time\n      until\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n": types.ResponsesWindowDocument,
    "\n  query ResponsesCounts($segment: SegmentInput, $from: DateTime, $to: DateTime, $predictions: Boolean!) {\n    responseCounts(segment: $segment, from: $from, to: $to) {\n      responses\n      complete\n      sources {\n        source\n        responses\n      }\n      sentiments @include(if: $predictions) {\n        negative\n        neutral\n        positive\n      }\n    }\n  }\n": types.ResponsesCountsDocument,
    "\n  query ResponsesThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {\n    themes(segment: $segment, window: $window, asOf: $asOf) {\n      theme\n      responses\n      suppressed\n    }\n  }\n": types.ResponsesThemesDocument,
    "\n  query ResponsesSources($segment: SegmentInput) {\n    sources(segment: $segment, first: 20) {\n      edges {\n        node {\n          name\n        }\n      }\n    }\n  }\n": types.ResponsesSourcesDocument,
    "\n  subscription ResponsesLive($segment: SegmentInput, $window: Duration!, $after: String) {\n    npsUpdates(segment: $segment, window: $window, after: $after) {\n      position\n      lagMs\n      row {\n        id\n      }\n    }\n  }\n": types.ResponsesLiveDocument,
    "\n  query ResponsesAnswer($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Response {\n        externalId\n        source\n        answeredAt\n        receivedAt\n        score\n        scale\n        class\n        survey\n        surveyVersion\n        comment\n        respondent\n        counting {\n          counted\n          reason\n          rule\n          since\n          instead\n          flags\n        }\n        segmentValues {\n          field\n          value\n        }\n        prediction {\n          modelVersion {\n            id\n            version\n          }\n          class\n          promoter\n          passive\n          detractor\n          sentiment\n          negative\n          neutral\n          positive\n          uncertainty\n          abstained\n          themes {\n            theme\n            probability\n            called\n          }\n        }\n      }\n    }\n  }\n": types.ResponsesAnswerDocument,
    "\n  query ResponsesExplanation($id: ID!, $head: Head!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Response {\n        prediction {\n          explanation(head: $head) {\n            token\n            share\n          }\n        }\n      }\n    }\n  }\n": types.ResponsesExplanationDocument,
    "\n  query ResponsesLineage($id: ID!) {\n    trace(id: $id, first: 50) {\n      nodes {\n        id\n        kind\n        label\n        recordedAt\n      }\n    }\n    reviews: lineageMembers(id: $id, direction: DOWNSTREAM, kind: \"Review\", first: 10) {\n      nodes {\n        id\n        label\n        recordedAt\n      }\n    }\n  }\n": types.ResponsesLineageDocument,
    "\n  mutation ResponsesDispute($response: ID!, $reason: String!) {\n    disputeResponse(response: $response, reason: $reason) {\n      id\n    }\n  }\n": types.ResponsesDisputeDocument,
    "\n  mutation ResponsesCorrect($response: ID!, $score: Int, $comment: String, $reason: String!) {\n    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)\n  }\n": types.ResponsesCorrectDocument,
    "\n  mutation ResponsesRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {\n    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)\n  }\n": types.ResponsesRestrictDocument,
    "\n  mutation ResponsesCount($response: ID!, $counted: Boolean!, $reason: String!) {\n    countResponse(response: $response, counted: $counted, reason: $reason)\n  }\n": types.ResponsesCountDocument,
    "\n  mutation ResponsesErase($respondent: String!, $reason: String!) {\n    eraseSubject(respondent: $respondent, reason: $reason) {\n      known\n      responses\n      complete\n      remaining\n    }\n  }\n": types.ResponsesEraseDocument,
    "\n  query ReviewQueue($first: Int!, $decided: Boolean!) {\n    reviewQueue(first: $first, decided: $decided) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id cause reason queuedAt claimedUntil decidedAt approvals blocked\n        modelVersion { id version label }\n        decision { id label }\n        decisions { by at verdict class reason }\n        response {\n          id externalId answeredAt score class comment source\n          segmentValues { field value }\n          prediction {\n            class detractor passive promoter abstained\n          }\n        }\n      } }\n    }\n  }\n": types.ReviewQueueDocument,
    "\n  query ReviewExplanation($id: ID!) {\n    node(id: $id) {\n      id\n      ... on Response {\n        prediction {\n          explanation {\n            token\n            share\n          }\n        }\n      }\n    }\n  }\n": types.ReviewExplanationDocument,
    "\n  query ReviewCounts {\n    reviewCounts { waiting claimed decided own }\n  }\n": types.ReviewCountsDocument,
    "\n  mutation ClaimReview($id: ID!) {\n    claimReview(id: $id) { id claimedUntil }\n  }\n": types.ClaimReviewDocument,
    "\n  mutation ReleaseReview($id: ID!) {\n    releaseReview(id: $id) { id claimedUntil }\n  }\n": types.ReleaseReviewDocument,
    "\n  mutation DecideReview($id: ID!, $input: ReviewDecisionInput!) {\n    decideReview(id: $id, input: $input) { id decidedAt blocked }\n  }\n": types.DecideReviewDocument,
    "\n  query RulesList {\n    rules {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n": types.RulesListDocument,
    "\n  query RulesVersions($name: String!) {\n    ruleVersions(name: $name) {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n": types.RulesVersionsDocument,
    "\n  query RulesReplay($rule: JSON!, $from: DateTime!, $to: DateTime!) {\n    replayRule(rule: $rule, from: $from, to: $to) {\n      from to fired real undecided statedFalseAlarmsPerYear\n      firings { at verdict }\n    }\n  }\n": types.RulesReplayDocument,
    "\n  query RulesSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {\n      time until score low high responses suppressed\n    }\n  }\n": types.RulesSeriesDocument,
    "\n  mutation RulesSave($name: String!, $rule: JSON!, $enabled: Boolean!, $reason: String!) {\n    saveRule(name: $name, rule: $rule, enabled: $enabled, reason: $reason) {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n": types.RulesSaveDocument,
    "\n  query TargetsList {\n    targets {\n      id name kind settings hasSecret events role segment rate createdAt createdBy failures pausedUntil disabledAt disabledReason\n    }\n  }\n": types.TargetsListDocument,
    "\n  query TargetsRoles {\n    roles { name }\n  }\n": types.TargetsRolesDocument,
    "\n  query TargetsDeliveries($target: ID, $state: [DeliveryState!], $first: Int!) {\n    deliveries(target: $target, state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id event subject state attempts due createdAt settledAt lastStatus lastError remoteId\n        target { id name }\n      } }\n    }\n  }\n": types.TargetsDeliveriesDocument,
    "\n  mutation TargetsCreate($input: TargetInput!) {\n    createTarget(input: $input) { secret target { id name } }\n  }\n": types.TargetsCreateDocument,
    "\n  mutation TargetsUpdate($id: ID!, $input: TargetChanges!, $reason: String!) {\n    updateTarget(id: $id, input: $input, reason: $reason) { id disabledAt }\n  }\n": types.TargetsUpdateDocument,
    "\n  mutation TargetsRemove($id: ID!, $reason: String!) {\n    removeTarget(id: $id, reason: $reason)\n  }\n": types.TargetsRemoveDocument,
    "\n  mutation TargetsTest($id: ID!, $event: TargetEvent!, $send: Boolean!) {\n    testTarget(id: $id, event: $event, send: $send) {\n      sent delivered status error\n      request { method url headers body }\n    }\n  }\n": types.TargetsTestDocument,
    "\n  mutation TargetsReplay($id: ID!, $reason: String!) {\n    replayDelivery(id: $id, reason: $reason) { id state }\n  }\n": types.TargetsReplayDocument,
    "\n  mutation TargetsReplayAll($target: ID!, $reason: String!) {\n    replayDeliveries(target: $target, reason: $reason)\n  }\n": types.TargetsReplayAllDocument,
    "\n  query TargetsOnCall {\n    onCall {\n      version plan createdBy createdAt reason quietUntil\n      now { schedule target next until }\n      steps { step minutes schedule target }\n    }\n  }\n": types.TargetsOnCallDocument,
    "\n  mutation TargetsSaveOnCall($plan: JSON!, $reason: String!) {\n    saveOnCall(plan: $plan, reason: $reason) { version }\n  }\n": types.TargetsSaveOnCallDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer {\n      name\n      role\n      rights\n      smallestCount\n      attributes\n      sources\n      expiresAt\n      policyVersion\n      languageModel\n    }\n    dimensions {\n      field\n      enumValue\n      label\n      description\n    }\n  }\n"): typeof import('./graphql.ts').ViewerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AccountsOf($about: [ID!]!) {\n    accountsOf(about: $about) {\n      about account owner cause since decidedAt reasons probability\n      facts { detractor promoter scoresFall namesCancellation usageFell usageGrew pays }\n      moneyAtStake { amount currency }\n      alert { id } case { id title } decision { id }\n    }\n  }\n"): typeof import('./graphql.ts').AccountsOfDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MarkedImports {\n    imports(first: 50) {\n      edges {\n        node {\n          id\n          name\n          startedAt\n          undoneAt\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').MarkedImportsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MarkedModels {\n    modelVersions {\n      id\n      version\n      history {\n        to\n        recordedAt\n      }\n    }\n  }\n"): typeof import('./graphql.ts').MarkedModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MarkedChanges($from: DateTime!, $to: DateTime!, $segment: SegmentInput) {\n    changes(from: $from, to: $to, segment: $segment, first: 200) {\n      edges {\n        node {\n          id\n          kind\n          title\n          at\n          until\n          link\n          segmentValues {\n            value\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').MarkedChangesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DimensionValues($dimension: Dimension!) {\n    dimensionValues(dimension: $dimension)\n  }\n"): typeof import('./graphql.ts').DimensionValuesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AccessKeys {\n    apiKeys {\n      id\n      name\n      role\n      attributes\n      sources\n      readOnly\n      createdAt\n      createdBy\n      expiresAt\n      lastUsedAt\n      revokedAt\n      revokedBy\n    }\n  }\n"): typeof import('./graphql.ts').AccessKeysDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AccessRoles {\n    roles {\n      name\n      permissions {\n        group\n        reach\n      }\n    }\n  }\n"): typeof import('./graphql.ts').AccessRolesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AccessPermissions($role: String!, $attributes: JSON) {\n    permissions(role: $role, attributes: $attributes) {\n      group\n      reach\n      segments\n      more\n    }\n  }\n"): typeof import('./graphql.ts').AccessPermissionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AccessSessions($first: Int!, $actor: String) {\n    browserSessions(first: $first, actor: $actor) {\n      edges {\n        node {\n          id\n          actor\n          name\n          role\n          createdAt\n          lastSeenAt\n          expiresAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n      }\n    }\n  }\n"): typeof import('./graphql.ts').AccessSessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AccessEndSessions($actor: String, $id: ID, $reason: String!) {\n    endBrowserSessions(actor: $actor, id: $id, reason: $reason)\n  }\n"): typeof import('./graphql.ts').AccessEndSessionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AccessCreateKey($input: ApiKeyInput!) {\n    createApiKey(input: $input) {\n      id\n      key\n    }\n  }\n"): typeof import('./graphql.ts').AccessCreateKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AccessRevokeKey($id: ID!, $reason: String!) {\n    revokeApiKey(id: $id, reason: $reason)\n  }\n"): typeof import('./graphql.ts').AccessRevokeKeyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AgentsList {\n    agents {\n      name description version autonomy defaultAutonomy enabled changedBy changedAt reason lastRunAt observed error\n      decisions { state count }\n    }\n  }\n"): typeof import('./graphql.ts').AgentsListDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AgentsDryRun($name: String!) {\n    agentDryRun(name: $name) { key action nearMiss reason }\n  }\n"): typeof import('./graphql.ts').AgentsDryRunDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AgentsDecisions($agent: String, $state: [DecisionState!], $first: Int!) {\n    decisions(agent: $agent, state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node { id agent key state nearMiss reason decidedAt } }\n    }\n  }\n"): typeof import('./graphql.ts').AgentsDecisionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AgentsDecision($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on AgentDecision {\n        agent key policy state autonomy action nearMiss reason inputs inputHash outcome about traceId decidedAt settledAt\n        alternatives { action reason }\n        approval { verb by at reason edited }\n        replay { same reason }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').AgentsDecisionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AgentsSet($name: String!, $autonomy: Autonomy!, $enabled: Boolean!, $reason: String!) {\n    setAgent(name: $name, autonomy: $autonomy, enabled: $enabled, reason: $reason) { name autonomy enabled }\n  }\n"): typeof import('./graphql.ts').AgentsSetDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AgentsApprove($id: ID!, $reason: String!) {\n    approveDecision(id: $id, reason: $reason) { id state outcome }\n  }\n"): typeof import('./graphql.ts').AgentsApproveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AgentsEdit($id: ID!, $action: JSON!, $reason: String!) {\n    editDecision(id: $id, action: $action, reason: $reason) { id state outcome }\n  }\n"): typeof import('./graphql.ts').AgentsEditDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AgentsReject($id: ID!, $reason: String!) {\n    rejectDecision(id: $id, reason: $reason) { id state outcome }\n  }\n"): typeof import('./graphql.ts').AgentsRejectDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsList($state: [AlertState!]!, $first: Int!) {\n    alerts(state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id state severity rule title summary since raisedAt changedAt\n        segmentValues { field value }\n      } }\n    }\n  }\n"): typeof import('./graphql.ts').AlertsListDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription AlertsLive($after: String) {\n    alertUpdates(after: $after) {\n      position\n      alert {\n        id state severity rule title summary since raisedAt changedAt\n        segmentValues { field value }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').AlertsLiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsOne($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Alert {\n        state severity rule title summary since raisedAt changedAt resolvedAt facts evidence\n        segmentValues { field value }\n        before { id time until score low high responses suppressed }\n        after { id time until score low high responses suppressed }\n        decision { id agent policy state reason decidedAt action alternatives { action reason } replay { same reason } }\n        events { at kind by reason }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').AlertsOneDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsAccounts($cause: AccountCause!, $first: Int!) {\n    accountsAtRisk(cause: $cause, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node { account owner reasons alert { id } decision { id } } }\n    }\n  }\n"): typeof import('./graphql.ts').AlertsAccountsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsChange(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n  ) {\n    npsChange(segment: $segment, beforeFrom: $beforeFrom, beforeTo: $beforeTo, afterFrom: $afterFrom, afterTo: $afterTo) {\n      difference low high pValue\n      before { responses suppressed }\n      after { responses suppressed }\n    }\n  }\n"): typeof import('./graphql.ts').AlertsChangeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {\n      time until score low high responses suppressed\n    }\n  }\n"): typeof import('./graphql.ts').AlertsSeriesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsDrivers(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n  ) {\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n    ) {\n      segmentValues { field value }\n      theme mix rate low high suppressed\n    }\n  }\n"): typeof import('./graphql.ts').AlertsDriversDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsExamples($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $class: [NpsClass!]) {\n    responses(segment: $segment, from: $from, to: $to, class: $class, first: 40) {\n      edges { node { id answeredAt score class comment segmentValues { field value } } }\n    }\n  }\n"): typeof import('./graphql.ts').AlertsExamplesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AlertsAcknowledge($id: ID!, $reason: String!) {\n    acknowledgeAlert(id: $id, reason: $reason) { id state changedAt }\n  }\n"): typeof import('./graphql.ts').AlertsAcknowledgeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AlertsDismiss($id: ID!, $reason: String!) {\n    dismissAlert(id: $id, reason: $reason) { id state changedAt }\n  }\n"): typeof import('./graphql.ts').AlertsDismissDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AlertsOpenCase($input: CaseInput!) {\n    openCase(input: $input) { id }\n  }\n"): typeof import('./graphql.ts').AlertsOpenCaseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AlertsNarrative($id: ID!) {\n    narratives(about: $id, kind: ALERT, first: 1) {\n      edges { node { id writtenAt sentences { text facts { id cites } } } }\n    }\n  }\n"): typeof import('./graphql.ts').AlertsNarrativeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AuditLog($first: Int!, $after: String, $actor: String, $action: String, $from: DateTime, $to: DateTime) {\n    auditLog(first: $first, after: $after, actor: $actor, action: $action, from: $from, to: $to) {\n      edges {\n        node {\n          seq\n          at\n          actor\n          actorName\n          role\n          policyVersion\n          purpose\n          action\n          subject\n          outcome\n          previous\n          hash\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').AuditLogDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AuditChain {\n    auditChain {\n      sound\n      problem\n      rows\n      signedRows\n      hash\n      checkedAt\n    }\n  }\n"): typeof import('./graphql.ts').AuditChainDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BusinessCurves($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $horizon: Duration!) {\n    retentionCurves(segment: $segment, from: $from, to: $to, horizon: $horizon) {\n      class day accounts watched cancelled retention retentionLow retentionHigh suppressed\n    }\n  }\n"): typeof import('./graphql.ts').BusinessCurvesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BusinessChurn(\n    $segment: SegmentInput\n    $from: DateTime!\n    $to: DateTime!\n    $groupBy: [Dimension!]!\n    $horizon: Duration!\n  ) {\n    all: churnBySegment(segment: $segment, from: $from, to: $to, horizon: $horizon) {\n      class accounts cancelled churn suppressed\n    }\n    groups: churnBySegment(segment: $segment, from: $from, to: $to, groupBy: $groupBy, horizon: $horizon) {\n      segmentValues { field value }\n      class accounts cancelled churn retentionLow retentionHigh suppressed\n    }\n    churnAssociation(segment: $segment, from: $from, to: $to, adjustFor: $groupBy, horizon: $horizon) {\n      adjustedFor oddsRatio low high accounts otherAccounts strata leftOut notFollowed suppressed\n    }\n  }\n"): typeof import('./graphql.ts').BusinessChurnDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BusinessFigures($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $lifetime: Duration!) {\n    kpis(segment: $segment, from: $from, to: $to, lifetime: $lifetime) {\n      kpi currency value low high n leftOut suppressed\n    }\n    onboardingSpeed(segment: $segment, from: $from, to: $to) {\n      speed accounts score low high leftOut suppressed\n    }\n  }\n"): typeof import('./graphql.ts').BusinessFiguresDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BusinessCases($from: DateTime!, $to: DateTime!) {\n    caseMetrics(from: $from, to: $to) {\n      severity opened closed late answers\n      hoursToAct hoursToActLow hoursToActHigh\n      hoursToClose hoursToCloseLow hoursToCloseHigh\n      hoursFromAnswer hoursFromAnswerLow hoursFromAnswerHigh\n    }\n  }\n"): typeof import('./graphql.ts').BusinessCasesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CasesBoard($state: [CaseState!]!, $first: Int!) {\n    cases(state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id state severity title owner dueAt openedAt closedAt outcome\n        segmentValues { field value }\n      } }\n    }\n  }\n"): typeof import('./graphql.ts').CasesBoardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription CasesLive($after: String) {\n    caseUpdates(after: $after) { position case { id } }\n  }\n"): typeof import('./graphql.ts').CasesLiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CasesOne($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Case {\n        state severity title owner playbook dueAt openedAt actedAt closedAt outcome cause\n        segmentValues { field value }\n        events { at kind by reason }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').CasesOneDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CasesCause($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Alert { title summary state }\n      ... on Response { score class comment answeredAt }\n    }\n  }\n"): typeof import('./graphql.ts').CasesCauseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CasesAssign($id: ID!, $owner: String!, $reason: String!) {\n    assignCase(id: $id, owner: $owner, reason: $reason) { id state owner }\n  }\n"): typeof import('./graphql.ts').CasesAssignDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CasesStart($id: ID!, $reason: String!) {\n    startCase(id: $id, reason: $reason) { id state }\n  }\n"): typeof import('./graphql.ts').CasesStartDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CasesComment($id: ID!, $comment: String!) {\n    commentCase(id: $id, comment: $comment) { id state }\n  }\n"): typeof import('./graphql.ts').CasesCommentDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CasesClose($id: ID!, $outcome: String!, $reason: String!) {\n    closeCase(id: $id, outcome: $outcome, reason: $reason) { id state outcome }\n  }\n"): typeof import('./graphql.ts').CasesCloseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataFirstDelivery($id: ID!) {\n    node(id: $id) {\n      ... on Connection {\n        id\n        accepted\n        ignored\n        refused\n        lastRefusal\n        lastDeliveryAt\n        files {\n          path\n          state\n          message\n        }\n        quarantine(filter: { statuses: [WAITING] }, first: 1) {\n          edges {\n            node {\n              id\n              reason\n              field\n              advice\n            }\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataFirstDeliveryDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataSample($item: ID!) {\n    quarantinedFields(item: $item) {\n      path\n      value\n    }\n  }\n"): typeof import('./graphql.ts').DataSampleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataMapConnection($id: ID!, $mapping: JSON!) {\n    changeConnectionMapping(id: $id, mapping: $mapping) {\n      id\n    }\n    replayQuarantined(connection: $id) {\n      replayed\n      failed\n      remaining\n    }\n  }\n"): typeof import('./graphql.ts').DataMapConnectionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataConnections($after: ID) {\n    connections(after: $after) {\n      id\n      name\n      connector\n      path\n      createdAt\n      createdBy\n      rotatedAt\n      formerSecretUntil\n      lastDeliveryAt\n      deliveries\n      accepted\n      duplicates\n      rejected\n      ignored\n      lastError\n      lastErrorAt\n      lastRefusal\n      lastRefusedAt\n      sources\n      waiting\n      fetching {\n        hasKey\n        waiting\n        openUntil\n        lastError\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataConnectionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataCreateConnection($input: ConnectionInput!) {\n    createConnection(input: $input) {\n      secret\n      connection {\n        id\n        name\n        path\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataCreateConnectionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataRotateConnection($id: ID!) {\n    rotateConnection(id: $id) {\n      secret\n      connection {\n        id\n        name\n        path\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataRotateConnectionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataRemoveConnection($id: ID!) {\n    removeConnection(id: $id)\n  }\n"): typeof import('./graphql.ts').DataRemoveConnectionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataSources($after: String, $whole: Boolean!) {\n    sources(first: 20, after: $after) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          name\n          responsesLast30Days\n          lastAnsweredAt\n          complete\n          lastReceivedAt\n          lagSeconds\n          deliveries @include(if: $whole) {\n            rejected\n            rejectedByCode {\n              code\n              count\n            }\n            lastAcceptedAt\n          }\n          quality @include(if: $whole) {\n            today {\n              accepted\n              weekday\n              low\n              high\n              verdict\n            }\n            yesterday {\n              accepted\n              weekday\n              low\n              high\n              verdict\n            }\n            silenceSeconds\n            typicalGapSeconds\n            missedInSilence\n            stale\n            items\n            invalidShare\n            duplicateShare\n            missing {\n              field\n              share\n            }\n            clockSkew {\n              aheadShare\n              medianAheadSeconds\n              lateShare\n              medianDelaySeconds\n            }\n            wordings {\n              node\n              survey\n              version\n              firstSeenAt\n              isNew\n            }\n          }\n        }\n      }\n      unattributed @include(if: $whole) {\n        rejected\n        rejectedByCode {\n          code\n          count\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataSourcesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataImports($after: String) {\n    imports(first: 20, after: $after) {\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      edges {\n        node {\n          id\n          name\n          source\n          by\n          startedAt\n          finishedAt\n          undoneAt\n          accepted\n          duplicates\n          rejected\n          leftOut\n          undo {\n            by\n            reason\n            removed\n            restored\n            stayed\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataImportsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataUndoImport($id: ID!, $reason: String!) {\n    undoImport(id: $id, reason: $reason) {\n      id\n      undo {\n        complete\n        removed\n        restored\n        stayed\n        held\n        restricted\n        facts\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataUndoImportDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataFirstVisit {\n    responses(first: 1) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n    demo {\n      state\n      progress\n      answers\n      failure\n    }\n  }\n"): typeof import('./graphql.ts').DataFirstVisitDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataLoadExample {\n    loadExample {\n      id\n      accepted\n      rejected\n    }\n  }\n"): typeof import('./graphql.ts').DataLoadExampleDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataStartDemo {\n    startDemo(liveMinutes: 60) {\n      state\n      progress\n      answers\n      failure\n    }\n  }\n"): typeof import('./graphql.ts').DataStartDemoDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataQuarantine($connection: ID!, $filter: QuarantineFilter, $after: ID) {\n    node(id: $connection) {\n      ... on Connection {\n        id\n        waiting\n        unkept\n        refused\n        quarantine(filter: $filter, first: 25, after: $after) {\n          reasons {\n            reason\n            count\n          }\n          pageInfo {\n            hasNextPage\n            endCursor\n          }\n          edges {\n            node {\n              id\n              status\n              reason\n              code\n              field\n              advice\n              position\n              bytes\n              receivedAt\n              attempts\n              attemptedAt\n              dueAt\n              lastError\n              expiresAt\n              settledAt\n            }\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataQuarantineDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataReplay($connection: ID!, $ids: [ID!], $filter: QuarantineFilter, $triedBefore: DateTime) {\n    replayQuarantined(connection: $connection, ids: $ids, filter: $filter, triedBefore: $triedBefore) {\n      replayed\n      failed\n      remaining\n      startedAt\n      problems {\n        reason\n        code\n        field\n        count\n      }\n    }\n  }\n"): typeof import('./graphql.ts').DataReplayDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataDiscard($connection: ID!, $ids: [ID!], $filter: QuarantineFilter) {\n    discardQuarantined(connection: $connection, ids: $ids, filter: $filter)\n  }\n"): typeof import('./graphql.ts').DataDiscardDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataQuarantinedContent($item: ID!) {\n    quarantinedContent(item: $item)\n  }\n"): typeof import('./graphql.ts').DataQuarantinedContentDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataRetentionRules {\n    retentionRules {\n      field\n      dimension\n      source\n      keep\n      configured\n      setBy\n      setAt\n      reason\n    }\n  }\n"): typeof import('./graphql.ts').DataRetentionRulesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DataRetentionDue($field: RetainedField!, $dimension: Dimension, $source: String, $keep: String!) {\n    retentionDue(field: $field, dimension: $dimension, source: $source, keep: $keep)\n  }\n"): typeof import('./graphql.ts').DataRetentionDueDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DataSetRetention(\n    $field: RetainedField!\n    $dimension: Dimension\n    $source: String\n    $keep: String\n    $reason: String!\n  ) {\n    setRetention(field: $field, dimension: $dimension, source: $source, keep: $keep, reason: $reason) {\n      field\n      dimension\n      source\n      keep\n    }\n  }\n"): typeof import('./graphql.ts').DataSetRetentionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExploreLines(\n    $segment: SegmentInput\n    $from: DateTime!\n    $to: DateTime!\n    $every: Granularity!\n    $rolling: Duration\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n  ) {\n    npsSeries(\n      segment: $segment\n      from: $from\n      to: $to\n      every: $every\n      rolling: $rolling\n      basis: $basis\n      groupBy: $groupBy\n    ) {\n      id\n      time\n      until\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').ExploreLinesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExploreScores(\n    $segment: SegmentInput\n    $window: Duration!\n    $asOf: DateTime\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n    $first: Int\n    $orderBy: [NpsOrder!]!\n  ) {\n    nps(\n      segment: $segment\n      window: $window\n      asOf: $asOf\n      basis: $basis\n      groupBy: $groupBy\n      first: $first\n      orderBy: $orderBy\n    ) {\n      id\n      time\n      until\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      change\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').ExploreScoresDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExploreWhy(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n    $basis: Basis!\n  ) {\n    npsChange(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      basis: $basis\n    ) {\n      before {\n        id\n        score\n        responses\n        suppressed\n      }\n      after {\n        id\n        score\n        responses\n        suppressed\n      }\n      difference\n      low\n      high\n      pValue\n    }\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n      basis: $basis\n    ) {\n      segmentValues {\n        field\n        value\n      }\n      theme\n      mix\n      rate\n      low\n      high\n      responsesBefore\n      responsesAfter\n      shareBefore\n      shareAfter\n      scoreBefore\n      scoreAfter\n      before\n      after\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').ExploreWhyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LineageGroups($id: ID!, $direction: TraceDirection!) {\n    lineageGroups(id: $id, direction: $direction) {\n      node { id kind label recordedAt }\n      groups { kind depth count }\n      links { from to relation }\n      complete\n      reason\n    }\n  }\n"): typeof import('./graphql.ts').LineageGroupsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LineageMembers($id: ID!, $direction: TraceDirection!, $kind: String!, $contains: String, $after: String) {\n    lineageMembers(id: $id, direction: $direction, kind: $kind, contains: $contains, first: 50, after: $after) {\n      nodes { id kind label recordedAt }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): typeof import('./graphql.ts').LineageMembersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LineagePath($from: ID!, $to: ID!) {\n    path(from: $from, to: $to) {\n      nodes { id kind label recordedAt }\n      edges { from to relation }\n      complete\n      reason\n    }\n  }\n"): typeof import('./graphql.ts').LineagePathDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LineageImpact($id: ID!) {\n    impact(id: $id, first: 1) {\n      totals { rollups segments responses inferred firstHour lastHour suppressed complete reason }\n      decisions(first: 5) { nodes { id label } pageInfo { hasNextPage } }\n      alerts(first: 5) { nodes { id label } pageInfo { hasNextPage } }\n    }\n  }\n"): typeof import('./graphql.ts').LineageImpactDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LineageScore($id: ID!) {\n    npsRow(id: $id) { id time until score low high responses suppressed }\n  }\n"): typeof import('./graphql.ts').LineageScoreDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query LineagePresent($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) { id responses suppressed }\n  }\n"): typeof import('./graphql.ts').LineagePresentDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query VerifyScore($id: ID!) {\n    verify(id: $id) {\n      verdict\n      reason\n      stated\n      recomputed\n      responses\n      erased\n      rollups\n      root\n      offender\n      steps { check passed says }\n    }\n  }\n"): typeof import('./graphql.ts').VerifyScoreDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ExportProof($id: ID!) {\n    exportProof(id: $id)\n  }\n"): typeof import('./graphql.ts').ExportProofDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ScoreAsKnown($id: ID!, $knownAt: DateTime!) {\n    npsAsKnownAt(id: $id, knownAt: $knownAt) {\n      knownAt\n      known { score low high responses }\n      now { score low high responses }\n      differences {\n        reason\n        promoters\n        passives\n        detractors\n        responses\n        facts(first: 20) { responseId known now recordedAt }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ScoreAsKnownDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelVersions {\n    modelVersions { id version label stage trainedAt encoder languages inUse companion { id version languages } companionOf { version stage } }\n  }\n"): typeof import('./graphql.ts').ModelVersionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelReigns {\n    modelVersions { id history { id to cause } }\n  }\n"): typeof import('./graphql.ts').ModelReignsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelVersionDetail($id: ID!) {\n    node(id: $id) {\n      id\n      ... on ModelVersion {\n        version label stage trainedAt encoder languages artefact evaluation\n        trainingSets { hash head examples description until }\n        features { key name version source description }\n        history { id from to cause actor reason recordedAt underReview verdicts { by at verdict reason } }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ModelVersionDetailDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelQualityOf($id: ID!, $from: DateTime!, $to: DateTime!) {\n    modelQuality(modelVersion: $id, from: $from, to: $to) {\n      judged accuracy accuracyInterval { low high }\n      rankedProbabilityScore rankedProbabilityScoreInterval { low high }\n      brier brierInterval { low high }\n      macroF1 ece abstention abstentions { reason n } scored confusion complete\n      mixChange { shift low high pValue }\n    }\n  }\n"): typeof import('./graphql.ts').ModelQualityOfDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelComparisonOf($challenger: ID!, $champion: ID!, $from: DateTime!, $to: DateTime!) {\n    modelComparison(challenger: $challenger, champion: $champion, from: $from, to: $to) {\n      judged difference low high better\n      parts { challenger { version } champion { version } judged difference low high better }\n    }\n  }\n"): typeof import('./graphql.ts').ModelComparisonOfDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ModelReadingsOf($id: ID!, $metrics: [ModelMetric!], $from: DateTime!) {\n    modelReadings(modelVersion: $id, metrics: $metrics, from: $from, first: 500) {\n      metric from until n referenceN value reference low high adjustedPValue alarm segmentValues { field value }\n    }\n  }\n"): typeof import('./graphql.ts').ModelReadingsOfDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TryText($text: String!, $id: ID!) {\n    classify(texts: [$text], modelVersion: $id) {\n      class detractor passive promoter sentiment uncertainty abstained\n      themes { theme probability called }\n      explanation { token share }\n    }\n  }\n"): typeof import('./graphql.ts').TryTextDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TrainModel($reason: String!) {\n    trainModel(reason: $reason) { id version }\n  }\n"): typeof import('./graphql.ts').TrainModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PairModels($id: ID!, $companion: ID!, $reason: String!) {\n    pairModels(id: $id, companion: $companion, reason: $reason) { id version }\n  }\n"): typeof import('./graphql.ts').PairModelsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ShadowModel($id: ID!, $reason: String!) {\n    shadowModel(id: $id, reason: $reason) { id stage }\n  }\n"): typeof import('./graphql.ts').ShadowModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PromoteModel($id: ID!, $reason: String!) {\n    promoteModel(id: $id, reason: $reason) { id stage }\n  }\n"): typeof import('./graphql.ts').PromoteModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RollBackModel($reason: String!) {\n    rollbackModel(reason: $reason) { id version stage }\n  }\n"): typeof import('./graphql.ts').RollBackModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DisputeModelDecision($decision: ID!, $reason: String!) {\n    disputeDecision(decision: $decision, reason: $reason) { id }\n  }\n"): typeof import('./graphql.ts').DisputeModelDecisionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewAsk($question: String!) {\n    ask(question: $question) {\n      kind\n      by\n      sentences\n      examples\n      failure\n      query {\n        name\n        documentId\n        text\n        variables\n      }\n    }\n  }\n"): typeof import('./graphql.ts').OverviewAskDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewNarrative($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!, $rewrite: Boolean!) {\n    narrative(segment: $segment, window: $window, asOf: $asOf, basis: $basis, rewrite: $rewrite) {\n      by\n      refused\n      failure\n      sentences {\n        text\n        facts {\n          id\n          cites\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').OverviewNarrativeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewNewest($segment: SegmentInput, $from: DateTime, $to: DateTime) {\n    responses(segment: $segment, from: $from, to: $to, first: 30) {\n      edges {\n        node {\n          id\n          answeredAt\n          score\n          class\n          comment\n          segmentValues {\n            field\n            value\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').OverviewNewestDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewSegments(\n    $segment: SegmentInput\n    $window: Duration!\n    $asOf: DateTime\n    $basis: Basis!\n    $groupBy: [Dimension!]!\n  ) {\n    all: nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      id\n      score\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n    groups: nps(\n      segment: $segment\n      window: $window\n      asOf: $asOf\n      basis: $basis\n      groupBy: $groupBy\n      orderBy: [{ by: RESPONSES, direction: DESC }]\n      first: 200\n    ) {\n      id\n      segmentValues {\n        field\n        value\n      }\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').OverviewSegmentsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    themes(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      theme\n      responses\n      share\n      score\n      low\n      high\n      contribution\n      contributionLow\n      contributionHigh\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').OverviewThemesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewTrend($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!, $basis: Basis!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every, basis: $basis) {\n      id\n      time\n      until\n      score\n      low\n      high\n      responses\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').OverviewTrendDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewDrivers(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $by: [Dimension!]!\n    $themes: Boolean!\n    $basis: Basis!\n  ) {\n    drivers(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      by: $by\n      themes: $themes\n      basis: $basis\n    ) {\n      segmentValues {\n        field\n        value\n      }\n      theme\n      mix\n      rate\n      low\n      high\n      before\n      after\n      responsesBefore\n      responsesAfter\n      scoreBefore\n      scoreAfter\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').OverviewDriversDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewScore($segment: SegmentInput, $window: Duration!, $asOf: DateTime, $basis: Basis!) {\n    nps(segment: $segment, window: $window, asOf: $asOf, basis: $basis) {\n      id\n      time\n      until\n      score\n      low\n      high\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').OverviewScoreDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription OverviewLive($segment: SegmentInput, $window: Duration!, $basis: Basis!, $after: String) {\n    npsUpdates(segment: $segment, window: $window, basis: $basis, after: $after) {\n      position\n      lagMs\n      row {\n        id\n        time\n        until\n        score\n        low\n        high\n        responses\n        promoters\n        passives\n        detractors\n        suppressed\n      }\n    }\n  }\n"): typeof import('./graphql.ts').OverviewLiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewChange(\n    $segment: SegmentInput\n    $beforeFrom: DateTime!\n    $beforeTo: DateTime!\n    $afterFrom: DateTime!\n    $afterTo: DateTime!\n    $basis: Basis!\n  ) {\n    npsChange(\n      segment: $segment\n      beforeFrom: $beforeFrom\n      beforeTo: $beforeTo\n      afterFrom: $afterFrom\n      afterTo: $afterTo\n      basis: $basis\n    ) {\n      difference\n      low\n      high\n      pValue\n      before {\n        id\n        score\n        responses\n        suppressed\n      }\n      after {\n        id\n        responses\n        suppressed\n      }\n    }\n  }\n"): typeof import('./graphql.ts').OverviewChangeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OverviewWeek {\n    narratives(kind: WEEK, first: 20) {\n      edges {\n        node {\n          id\n          title\n          until\n          writtenAt\n          sentences {\n            text\n            facts {\n              id\n              kind\n              cites\n              numbers\n            }\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').OverviewWeekDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PeopleSubject($respondent: String!) {\n    subject(respondent: $respondent)\n  }\n"): typeof import('./graphql.ts').PeopleSubjectDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PeopleRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {\n    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)\n  }\n"): typeof import('./graphql.ts').PeopleRestrictDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PeopleRectify($response: ID!, $score: Int, $comment: String, $reason: String!) {\n    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)\n  }\n"): typeof import('./graphql.ts').PeopleRectifyDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PeopleErase($respondent: String!, $reason: String!) {\n    eraseSubject(respondent: $respondent, reason: $reason) {\n      known\n      responses\n      complete\n      remaining\n      trainingSets\n      models {\n        version\n        stage\n      }\n      records {\n        id\n        at\n        by\n        reason\n        responses\n        complete\n        completedAt\n        trainingSets\n        wrappedBy\n        copiesUnreadableSince\n      }\n    }\n  }\n"): typeof import('./graphql.ts').PeopleEraseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PeopleMerges($first: Int!, $after: String) {\n    merges(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          kind\n          from\n          into\n          by\n          reason\n          at\n          undoneAt\n          undoneBy\n          undoReason\n          goneAt\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').PeopleMergesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PeopleMerge($kind: IdentityKind!, $from: String!, $into: String!, $reason: String!) {\n    mergeIdentities(kind: $kind, from: $from, into: $into, reason: $reason)\n  }\n"): typeof import('./graphql.ts').PeopleMergeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PeopleUndoMerge($id: ID!, $reason: String!) {\n    undoMerge(id: $id, reason: $reason)\n  }\n"): typeof import('./graphql.ts').PeopleUndoMergeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PeopleErasures($first: Int!, $after: String) {\n    erasures(first: $first, after: $after) {\n      edges {\n        node {\n          id\n          at\n          by\n          reason\n          responses\n          complete\n          completedAt\n          trainingSets\n          wrappedBy\n          copiesUnreadableSince\n          models {\n            version\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): typeof import('./graphql.ts').PeopleErasuresDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PeopleHolds {\n    legalHolds {\n      id\n      segment\n      actor\n      reason\n      placedAt\n      releasedAt\n    }\n  }\n"): typeof import('./graphql.ts').PeopleHoldsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PeoplePlaceHold($respondent: String!, $reason: String!) {\n    placeLegalHold(respondent: $respondent, reason: $reason)\n  }\n"): typeof import('./graphql.ts').PeoplePlaceHoldDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PeopleReleaseHold($id: ID!, $reason: String!) {\n    releaseLegalHold(id: $id, reason: $reason)\n  }\n"): typeof import('./graphql.ts').PeopleReleaseHoldDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesPage(\n    $segment: SegmentInput\n    $from: DateTime\n    $to: DateTime\n    $class: [NpsClass!]\n    $themes: [String!]\n    $sentiment: [Sentiment!]\n    $sources: [String!]\n    $text: String\n    $counted: Boolean!\n    $order: ResponseOrder!\n    $first: Int!\n    $after: String\n  ) {\n    responses(\n      segment: $segment\n      from: $from\n      to: $to\n      class: $class\n      themes: $themes\n      sentiment: $sentiment\n      sources: $sources\n      text: $text\n      counted: $counted\n      order: $order\n      first: $first\n      after: $after\n    ) {\n      edges {\n        node {\n          id\n          answeredAt\n          score\n          class\n          comment\n          source\n          segmentValues {\n            field\n            value\n          }\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n      searchedTo\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesPageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesHead(\n    $segment: SegmentInput\n    $from: DateTime\n    $class: [NpsClass!]\n    $themes: [String!]\n    $sentiment: [Sentiment!]\n    $sources: [String!]\n    $text: String\n    $counted: Boolean!\n    $first: Int!\n  ) {\n    responses(\n      segment: $segment\n      from: $from\n      class: $class\n      themes: $themes\n      sentiment: $sentiment\n      sources: $sources\n      text: $text\n      counted: $counted\n      first: $first\n    ) {\n      edges {\n        node {\n          id\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesHeadDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesWindow($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {\n    nps(segment: $segment, window: $window, asOf: $asOf) {\n      id\n      time\n      until\n      responses\n      promoters\n      passives\n      detractors\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesWindowDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesCounts($segment: SegmentInput, $from: DateTime, $to: DateTime, $predictions: Boolean!) {\n    responseCounts(segment: $segment, from: $from, to: $to) {\n      responses\n      complete\n      sources {\n        source\n        responses\n      }\n      sentiments @include(if: $predictions) {\n        negative\n        neutral\n        positive\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesCountsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesThemes($segment: SegmentInput, $window: Duration!, $asOf: DateTime) {\n    themes(segment: $segment, window: $window, asOf: $asOf) {\n      theme\n      responses\n      suppressed\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesThemesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesSources($segment: SegmentInput) {\n    sources(segment: $segment, first: 20) {\n      edges {\n        node {\n          name\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesSourcesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ResponsesLive($segment: SegmentInput, $window: Duration!, $after: String) {\n    npsUpdates(segment: $segment, window: $window, after: $after) {\n      position\n      lagMs\n      row {\n        id\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesLiveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesAnswer($id: ID!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Response {\n        externalId\n        source\n        answeredAt\n        receivedAt\n        score\n        scale\n        class\n        survey\n        surveyVersion\n        comment\n        respondent\n        counting {\n          counted\n          reason\n          rule\n          since\n          instead\n          flags\n        }\n        segmentValues {\n          field\n          value\n        }\n        prediction {\n          modelVersion {\n            id\n            version\n          }\n          class\n          promoter\n          passive\n          detractor\n          sentiment\n          negative\n          neutral\n          positive\n          uncertainty\n          abstained\n          themes {\n            theme\n            probability\n            called\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesAnswerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesExplanation($id: ID!, $head: Head!) {\n    node(id: $id) {\n      __typename\n      id\n      ... on Response {\n        prediction {\n          explanation(head: $head) {\n            token\n            share\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesExplanationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ResponsesLineage($id: ID!) {\n    trace(id: $id, first: 50) {\n      nodes {\n        id\n        kind\n        label\n        recordedAt\n      }\n    }\n    reviews: lineageMembers(id: $id, direction: DOWNSTREAM, kind: \"Review\", first: 10) {\n      nodes {\n        id\n        label\n        recordedAt\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesLineageDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResponsesDispute($response: ID!, $reason: String!) {\n    disputeResponse(response: $response, reason: $reason) {\n      id\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesDisputeDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResponsesCorrect($response: ID!, $score: Int, $comment: String, $reason: String!) {\n    correctResponse(response: $response, score: $score, comment: $comment, reason: $reason)\n  }\n"): typeof import('./graphql.ts').ResponsesCorrectDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResponsesRestrict($respondent: String!, $restricted: Boolean!, $reason: String!) {\n    restrictSubject(respondent: $respondent, restricted: $restricted, reason: $reason)\n  }\n"): typeof import('./graphql.ts').ResponsesRestrictDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResponsesCount($response: ID!, $counted: Boolean!, $reason: String!) {\n    countResponse(response: $response, counted: $counted, reason: $reason)\n  }\n"): typeof import('./graphql.ts').ResponsesCountDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResponsesErase($respondent: String!, $reason: String!) {\n    eraseSubject(respondent: $respondent, reason: $reason) {\n      known\n      responses\n      complete\n      remaining\n    }\n  }\n"): typeof import('./graphql.ts').ResponsesEraseDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewQueue($first: Int!, $decided: Boolean!) {\n    reviewQueue(first: $first, decided: $decided) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id cause reason queuedAt claimedUntil decidedAt approvals blocked\n        modelVersion { id version label }\n        decision { id label }\n        decisions { by at verdict class reason }\n        response {\n          id externalId answeredAt score class comment source\n          segmentValues { field value }\n          prediction {\n            class detractor passive promoter abstained\n          }\n        }\n      } }\n    }\n  }\n"): typeof import('./graphql.ts').ReviewQueueDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewExplanation($id: ID!) {\n    node(id: $id) {\n      id\n      ... on Response {\n        prediction {\n          explanation {\n            token\n            share\n          }\n        }\n      }\n    }\n  }\n"): typeof import('./graphql.ts').ReviewExplanationDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ReviewCounts {\n    reviewCounts { waiting claimed decided own }\n  }\n"): typeof import('./graphql.ts').ReviewCountsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ClaimReview($id: ID!) {\n    claimReview(id: $id) { id claimedUntil }\n  }\n"): typeof import('./graphql.ts').ClaimReviewDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReleaseReview($id: ID!) {\n    releaseReview(id: $id) { id claimedUntil }\n  }\n"): typeof import('./graphql.ts').ReleaseReviewDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DecideReview($id: ID!, $input: ReviewDecisionInput!) {\n    decideReview(id: $id, input: $input) { id decidedAt blocked }\n  }\n"): typeof import('./graphql.ts').DecideReviewDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RulesList {\n    rules {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n"): typeof import('./graphql.ts').RulesListDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RulesVersions($name: String!) {\n    ruleVersions(name: $name) {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n"): typeof import('./graphql.ts').RulesVersionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RulesReplay($rule: JSON!, $from: DateTime!, $to: DateTime!) {\n    replayRule(rule: $rule, from: $from, to: $to) {\n      from to fired real undecided statedFalseAlarmsPerYear\n      firings { at verdict }\n    }\n  }\n"): typeof import('./graphql.ts').RulesReplayDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RulesSeries($segment: SegmentInput, $from: DateTime!, $to: DateTime!, $every: Granularity!) {\n    npsSeries(segment: $segment, from: $from, to: $to, every: $every) {\n      time until score low high responses suppressed\n    }\n  }\n"): typeof import('./graphql.ts').RulesSeriesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RulesSave($name: String!, $rule: JSON!, $enabled: Boolean!, $reason: String!) {\n    saveRule(name: $name, rule: $rule, enabled: $enabled, reason: $reason) {\n      name version rule enabled problem createdBy createdAt reason\n      test { from to fired real undecided }\n    }\n  }\n"): typeof import('./graphql.ts').RulesSaveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TargetsList {\n    targets {\n      id name kind settings hasSecret events role segment rate createdAt createdBy failures pausedUntil disabledAt disabledReason\n    }\n  }\n"): typeof import('./graphql.ts').TargetsListDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TargetsRoles {\n    roles { name }\n  }\n"): typeof import('./graphql.ts').TargetsRolesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TargetsDeliveries($target: ID, $state: [DeliveryState!], $first: Int!) {\n    deliveries(target: $target, state: $state, first: $first) {\n      pageInfo { hasNextPage }\n      edges { node {\n        id event subject state attempts due createdAt settledAt lastStatus lastError remoteId\n        target { id name }\n      } }\n    }\n  }\n"): typeof import('./graphql.ts').TargetsDeliveriesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TargetsCreate($input: TargetInput!) {\n    createTarget(input: $input) { secret target { id name } }\n  }\n"): typeof import('./graphql.ts').TargetsCreateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TargetsUpdate($id: ID!, $input: TargetChanges!, $reason: String!) {\n    updateTarget(id: $id, input: $input, reason: $reason) { id disabledAt }\n  }\n"): typeof import('./graphql.ts').TargetsUpdateDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TargetsRemove($id: ID!, $reason: String!) {\n    removeTarget(id: $id, reason: $reason)\n  }\n"): typeof import('./graphql.ts').TargetsRemoveDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TargetsTest($id: ID!, $event: TargetEvent!, $send: Boolean!) {\n    testTarget(id: $id, event: $event, send: $send) {\n      sent delivered status error\n      request { method url headers body }\n    }\n  }\n"): typeof import('./graphql.ts').TargetsTestDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TargetsReplay($id: ID!, $reason: String!) {\n    replayDelivery(id: $id, reason: $reason) { id state }\n  }\n"): typeof import('./graphql.ts').TargetsReplayDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TargetsReplayAll($target: ID!, $reason: String!) {\n    replayDeliveries(target: $target, reason: $reason)\n  }\n"): typeof import('./graphql.ts').TargetsReplayAllDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TargetsOnCall {\n    onCall {\n      version plan createdBy createdAt reason quietUntil\n      now { schedule target next until }\n      steps { step minutes schedule target }\n    }\n  }\n"): typeof import('./graphql.ts').TargetsOnCallDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TargetsSaveOnCall($plan: JSON!, $reason: String!) {\n    saveOnCall(plan: $plan, reason: $reason) { version }\n  }\n"): typeof import('./graphql.ts').TargetsSaveOnCallDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
