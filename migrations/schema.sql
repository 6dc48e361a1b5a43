-- The database after all migrations and the first start, on plain PostgreSQL. Written by `npm run schema:dump`: do not edit,
-- and do not run it; the migrations are what makes a database.

-- Schemas

CREATE SCHEMA paged;

CREATE SCHEMA scoped;

-- Types

CREATE TYPE public.prediction_delta AS (
  bucket timestamp with time zone,
  cell_id integer,
  model_version_id integer,
  mapping_version_id integer,
  promoters integer,
  passives integer,
  detractors integer,
  alone_promoters integer,
  alone_passives integer,
  alone_detractors integer,
  promoter_millionths bigint,
  passive_millionths bigint,
  detractor_millionths bigint
);

CREATE TYPE public.rollup_delta AS (
  bucket timestamp with time zone,
  cell_id integer,
  model_version_id integer,
  mapping_version_id integer,
  promoters integer,
  passives integer,
  detractors integer,
  sum bigint,
  sum_squares bigint
);

CREATE TYPE public.theme_delta AS (
  bucket timestamp with time zone,
  cell_id integer,
  model_version_id integer,
  theme smallint,
  named smallint,
  surveyed_class smallint,
  class smallint,
  surveyed boolean,
  sign integer
);

-- Sequences

CREATE SEQUENCE public.agent_approval_id_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.alert_event_id_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.case_event_id_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.deletion_record_id_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.identity_merge_seq_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.journal_position_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.model_event_id_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.monitor_reading_id_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.respondent_policy_id_seq AS integer START 1 INCREMENT 1;

CREATE SEQUENCE public.retention_rule_id_seq AS integer START 1 INCREMENT 1;

CREATE SEQUENCE public.review_decision_id_seq AS bigint START 1 INCREMENT 1;

CREATE SEQUENCE public.segment_rules_id_seq AS integer START 1 INCREMENT 1;

-- Tables, each with its constraints, indexes and triggers

CREATE TABLE public.aged_field (
  response_id uuid NOT NULL,
  field text NOT NULL,
  dimension text NOT NULL DEFAULT ''::text,
  deletion_id bigint NOT NULL,
  CONSTRAINT aged_field_response_id_field_dimension_pk PRIMARY KEY (response_id, field, dimension),
  CONSTRAINT aged_field_deletion_id_deletion_record_id_fk FOREIGN KEY (deletion_id) REFERENCES deletion_record(id)
);

CREATE TABLE public.agent_approval (
  id bigint NOT NULL DEFAULT nextval('agent_approval_id_seq'::regclass),
  decision_id uuid NOT NULL,
  verb text NOT NULL,
  edited jsonb,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT agent_approval_pkey PRIMARY KEY (id),
  CONSTRAINT agent_approval_decision_id_agent_decision_id_fk FOREIGN KEY (decision_id) REFERENCES agent_decision(id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX agent_approval_decision_id_index ON public.agent_approval USING btree (decision_id);
CREATE TRIGGER keep_agent_approval BEFORE UPDATE ON public.agent_approval FOR EACH ROW EXECUTE FUNCTION keep_agent_history();

CREATE TABLE public.agent_decision (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  agent text NOT NULL,
  policy text NOT NULL,
  inputs jsonb NOT NULL,
  input_hash text NOT NULL,
  decision jsonb NOT NULL,
  reason text NOT NULL,
  alternatives jsonb NOT NULL,
  autonomy text NOT NULL,
  state text NOT NULL,
  outcome text,
  about text[] NOT NULL,
  cells int4multirange NOT NULL,
  trace_id text,
  decided_at timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  key text NOT NULL,
  verdict text NOT NULL,
  CONSTRAINT agent_decision_pkey PRIMARY KEY (id)
);
CREATE INDEX agent_decision_about_index ON public.agent_decision USING gin (about);
CREATE INDEX agent_decision_agent_key_decided_at_index ON public.agent_decision USING btree (agent, key, decided_at);
CREATE INDEX agent_decision_decided_at_id_index ON public.agent_decision USING btree (decided_at, id);
CREATE INDEX agent_decision_waiting ON public.agent_decision USING btree (decided_at) WHERE (state = ANY (ARRAY['PROPOSED'::text, 'DUE'::text]));
CREATE TRIGGER agent_decision_deleted AFTER DELETE ON public.agent_decision REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('decision', 'decisions');
CREATE TRIGGER agent_decision_inserted AFTER INSERT ON public.agent_decision REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('decision', 'decisions');
CREATE TRIGGER agent_decision_updated AFTER UPDATE ON public.agent_decision REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('decision', 'decisions');
CREATE TRIGGER keep_agent_decision BEFORE UPDATE OF id, agent, key, policy, inputs, input_hash, decision, verdict, reason, alternatives, autonomy, about, cells, decided_at ON public.agent_decision FOR EACH ROW EXECUTE FUNCTION keep_agent_history();

CREATE TABLE public.agent_setting (
  agent text NOT NULL,
  autonomy text NOT NULL,
  enabled boolean NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  CONSTRAINT agent_setting_pkey PRIMARY KEY (agent)
);

CREATE TABLE public.agent_state (
  agent text NOT NULL,
  key text NOT NULL,
  state jsonb NOT NULL,
  "position" bigint NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT agent_state_agent_key_pk PRIMARY KEY (agent, key)
);

CREATE TABLE public.alert (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  key text NOT NULL,
  state text NOT NULL,
  severity text NOT NULL,
  rule text NOT NULL,
  title text NOT NULL,
  summary text NOT NULL,
  segment jsonb NOT NULL,
  cells int4multirange NOT NULL,
  since timestamp with time zone NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  resolved_at timestamp with time zone,
  before_id text,
  after_id text,
  facts jsonb NOT NULL,
  evidence text[] NOT NULL,
  decision_id uuid,
  reopened_at timestamp with time zone,
  CONSTRAINT alert_pkey PRIMARY KEY (id),
  CONSTRAINT alert_decision_id_agent_decision_id_fk FOREIGN KEY (decision_id) REFERENCES agent_decision(id)
);
CREATE INDEX alert_after_id_index ON public.alert USING btree (after_id);
CREATE INDEX alert_before_id_index ON public.alert USING btree (before_id);
CREATE UNIQUE INDEX alert_current ON public.alert USING btree (key) WHERE (state = ANY (ARRAY['OPEN'::text, 'ACKNOWLEDGED'::text]));
CREATE INDEX alert_decision_id_index ON public.alert USING btree (decision_id);
CREATE INDEX alert_evidence_index ON public.alert USING gin (evidence);
CREATE INDEX alert_key_raised_at_id_index ON public.alert USING btree (key, raised_at, id);
CREATE INDEX alert_raised_at_id_index ON public.alert USING btree (raised_at, id);
CREATE TRIGGER alert_deleted AFTER DELETE ON public.alert REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('alert', 'alerts');
CREATE TRIGGER alert_inserted AFTER INSERT ON public.alert REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('alert', 'alerts');
CREATE TRIGGER alert_updated AFTER UPDATE ON public.alert REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('alert', 'alerts');

CREATE TABLE public.alert_escalation (
  alert_id uuid NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  step integer NOT NULL,
  target_id uuid NOT NULL,
  decision_id uuid,
  sent_at timestamp with time zone NOT NULL,
  CONSTRAINT alert_escalation_alert_id_opened_at_step_pk PRIMARY KEY (alert_id, opened_at, step),
  CONSTRAINT alert_escalation_alert_id_alert_id_fk FOREIGN KEY (alert_id) REFERENCES alert(id) ON DELETE CASCADE,
  CONSTRAINT alert_escalation_decision_id_agent_decision_id_fk FOREIGN KEY (decision_id) REFERENCES agent_decision(id) ON DELETE CASCADE,
  CONSTRAINT alert_escalation_target_id_target_id_fk FOREIGN KEY (target_id) REFERENCES target(id)
);
CREATE INDEX alert_escalation_decision_id_index ON public.alert_escalation USING btree (decision_id);

CREATE TABLE public.alert_event (
  id bigint NOT NULL DEFAULT nextval('alert_event_id_seq'::regclass),
  alert_id uuid NOT NULL,
  kind text NOT NULL,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  decision_id uuid,
  at timestamp with time zone NOT NULL,
  CONSTRAINT alert_event_pkey PRIMARY KEY (id),
  CONSTRAINT alert_event_alert_id_alert_id_fk FOREIGN KEY (alert_id) REFERENCES alert(id) ON DELETE CASCADE,
  CONSTRAINT alert_event_decision_id_agent_decision_id_fk FOREIGN KEY (decision_id) REFERENCES agent_decision(id)
);
CREATE INDEX alert_event_alert_id_id_index ON public.alert_event USING btree (alert_id, id);
CREATE TRIGGER keep_alert_event BEFORE UPDATE ON public.alert_event FOR EACH ROW EXECUTE FUNCTION keep_agent_history();

CREATE TABLE public.alert_rule (
  name text NOT NULL,
  version integer NOT NULL,
  rule jsonb NOT NULL,
  enabled boolean NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  replay jsonb,
  CONSTRAINT alert_rule_name_version_pk PRIMARY KEY (name, version)
);
CREATE TRIGGER keep_alert_rule BEFORE UPDATE ON public.alert_rule FOR EACH ROW EXECUTE FUNCTION keep_agent_history();

CREATE TABLE public.answer_print (
  response_id uuid NOT NULL,
  print bigint NOT NULL,
  person uuid,
  answered_at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now()
);
CREATE INDEX answer_print_print_answered_at_index ON public.answer_print USING btree (print, answered_at);
CREATE INDEX answer_print_recorded_at_index ON public.answer_print USING btree (recorded_at);
CREATE INDEX answer_print_response_id_index ON public.answer_print USING btree (response_id);

CREATE TABLE public.api_key (
  id uuid NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  attributes jsonb NOT NULL,
  hash text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  created_by text NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoked_by text,
  last_used_at timestamp with time zone,
  sources jsonb,
  read_only boolean NOT NULL DEFAULT false,
  CONSTRAINT api_key_pkey PRIMARY KEY (id),
  CONSTRAINT api_key_hash_unique UNIQUE (hash)
);

CREATE TABLE public.audit_log (
  seq bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  actor text NOT NULL,
  actor_name text NOT NULL,
  role text NOT NULL,
  policy_version text,
  purpose text,
  action text NOT NULL,
  subject text NOT NULL,
  outcome text NOT NULL,
  previous text,
  hash text NOT NULL,
  CONSTRAINT audit_log_pkey PRIMARY KEY (seq)
);
CREATE INDEX audit_log_action_seq_index ON public.audit_log USING btree (action, seq);
CREATE INDEX audit_log_actor_seq_index ON public.audit_log USING btree (actor, seq);
CREATE INDEX audit_log_at_index ON public.audit_log USING btree (at);

CREATE TABLE public.bi_login (
  login text NOT NULL,
  key_id uuid NOT NULL,
  role text NOT NULL,
  attributes jsonb NOT NULL,
  score int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  response int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  prediction int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  refused text,
  granted_at timestamp with time zone NOT NULL,
  narrowed_at timestamp with time zone NOT NULL,
  session_at timestamp with time zone,
  noted_at timestamp with time zone,
  CONSTRAINT bi_login_pkey PRIMARY KEY (login),
  CONSTRAINT bi_login_key_id_unique UNIQUE (key_id)
);

CREATE TABLE public.browser_session (
  id uuid NOT NULL,
  hash text NOT NULL,
  actor text NOT NULL,
  key_hash text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  claims jsonb,
  last_seen_at timestamp with time zone,
  CONSTRAINT browser_session_pkey PRIMARY KEY (id),
  CONSTRAINT browser_session_hash_unique UNIQUE (hash)
);
CREATE INDEX browser_session_actor_created_at_index ON public.browser_session USING btree (actor, created_at);

CREATE TABLE public.case_event (
  id bigint NOT NULL DEFAULT nextval('case_event_id_seq'::regclass),
  case_id uuid NOT NULL,
  kind text NOT NULL,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT case_event_pkey PRIMARY KEY (id),
  CONSTRAINT case_event_case_id_case_record_id_fk FOREIGN KEY (case_id) REFERENCES case_record(id) ON DELETE CASCADE
);
CREATE INDEX case_event_case_id_id_index ON public.case_event USING btree (case_id, id);
CREATE TRIGGER keep_case_event BEFORE UPDATE ON public.case_event FOR EACH ROW EXECUTE FUNCTION keep_agent_history();

CREATE TABLE public.case_record (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  cause text,
  response_id uuid,
  state text NOT NULL,
  severity text NOT NULL,
  title text NOT NULL,
  playbook text,
  owner text,
  cells int4multirange NOT NULL,
  segment jsonb NOT NULL,
  due_at timestamp with time zone,
  opened_at timestamp with time zone NOT NULL,
  acted_at timestamp with time zone,
  closed_at timestamp with time zone,
  outcome text,
  decision_id uuid,
  CONSTRAINT case_record_pkey PRIMARY KEY (id),
  CONSTRAINT case_record_decision_id_agent_decision_id_fk FOREIGN KEY (decision_id) REFERENCES agent_decision(id)
);
CREATE UNIQUE INDEX case_current ON public.case_record USING btree (cause) WHERE (state <> 'CLOSED'::text);
CREATE INDEX case_record_cause_index ON public.case_record USING btree (cause);
CREATE INDEX case_record_decision_id_index ON public.case_record USING btree (decision_id);
CREATE INDEX case_record_opened_at_id_index ON public.case_record USING btree (opened_at, id);
CREATE INDEX case_record_response_id_index ON public.case_record USING btree (response_id);
CREATE TRIGGER case_record_deleted AFTER DELETE ON public.case_record REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('case', 'cases');
CREATE TRIGGER case_record_inserted AFTER INSERT ON public.case_record REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('case', 'cases');
CREATE TRIGGER case_record_updated AFTER UPDATE ON public.case_record REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('case', 'cases');

CREATE TABLE public.cell (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  key text NOT NULL,
  attributes jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  made_by text,
  source text,
  overflow boolean NOT NULL DEFAULT false,
  used boolean NOT NULL DEFAULT true,
  CONSTRAINT cell_pkey PRIMARY KEY (id),
  CONSTRAINT cell_key_unique UNIQUE (key)
);
CREATE INDEX cell_made_by_recorded_at_index ON public.cell USING btree (made_by, recorded_at);
CREATE INDEX cell_source_index ON public.cell USING btree (source);

CREATE TABLE public.change_event (
  id uuid NOT NULL,
  source_id integer NOT NULL,
  external_id text NOT NULL,
  received_at timestamp with time zone NOT NULL,
  content_hash text NOT NULL,
  former_hashes text[] NOT NULL DEFAULT '{}'::text[],
  revision bigint,
  revised_at timestamp with time zone,
  kind text NOT NULL,
  title text NOT NULL,
  at timestamp with time zone NOT NULL,
  until timestamp with time zone,
  link text,
  segment jsonb NOT NULL,
  import_id integer,
  CONSTRAINT change_event_pkey PRIMARY KEY (id)
);
CREATE INDEX change_event_at_id_index ON public.change_event USING btree (at, id);
CREATE TRIGGER change_event_inserted AFTER INSERT ON public.change_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('change', 'changes');
CREATE TRIGGER change_event_updated AFTER UPDATE ON public.change_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('change', 'changes');

CREATE TABLE public.connection (
  id uuid NOT NULL,
  connector text NOT NULL,
  name text NOT NULL,
  attributes jsonb NOT NULL,
  sources jsonb,
  mapping jsonb NOT NULL,
  wrapped text,
  provider text,
  key_version text,
  wrapped_at timestamp with time zone,
  secret text,
  former_secret text,
  former_until timestamp with time zone,
  rotated_at timestamp with time zone,
  revision integer NOT NULL DEFAULT 1,
  created_at timestamp with time zone NOT NULL,
  created_by text NOT NULL,
  made_by text NOT NULL,
  removed_at timestamp with time zone,
  removed_by text,
  deliveries bigint NOT NULL DEFAULT 0,
  accepted bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  ignored bigint NOT NULL DEFAULT 0,
  last_delivery_at timestamp with time zone,
  last_error text,
  last_error_at timestamp with time zone,
  last_refusal text,
  last_refused_at timestamp with time zone,
  refused bigint NOT NULL DEFAULT 0,
  unkept bigint NOT NULL DEFAULT 0,
  mapping_revision integer NOT NULL DEFAULT 1,
  CONSTRAINT connection_pkey PRIMARY KEY (id)
);

CREATE TABLE public.connection_delivery (
  connection_id uuid NOT NULL,
  digest bytea NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT connection_delivery_connection_id_digest_pk PRIMARY KEY (connection_id, digest),
  CONSTRAINT connection_delivery_connection_id_connection_id_fk FOREIGN KEY (connection_id) REFERENCES connection(id)
);
CREATE INDEX connection_delivery_received_at_index ON public.connection_delivery USING btree (received_at);

CREATE TABLE public.connection_fetch (
  id uuid NOT NULL,
  origin text,
  key text,
  revision integer NOT NULL DEFAULT 0,
  rate integer NOT NULL,
  paced_until timestamp with time zone,
  failures integer NOT NULL DEFAULT 0,
  open_until timestamp with time zone,
  last_error text,
  last_error_at timestamp with time zone,
  CONSTRAINT connection_fetch_pkey PRIMARY KEY (id),
  CONSTRAINT connection_fetch_id_connection_id_fk FOREIGN KEY (id) REFERENCES connection(id)
);

CREATE TABLE public.counting_verdict (
  response_id uuid NOT NULL,
  counted boolean NOT NULL,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT counting_verdict_pkey PRIMARY KEY (response_id)
);

CREATE TABLE public.deletion_record (
  id bigint NOT NULL DEFAULT nextval('deletion_record_id_seq'::regclass),
  what text NOT NULL,
  keep text NOT NULL,
  before timestamp with time zone NOT NULL,
  rows integer NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  source text,
  dimension text,
  CONSTRAINT deletion_record_pkey PRIMARY KEY (id)
);

CREATE TABLE public.delivered_revision (
  response_id uuid NOT NULL,
  import_id integer NOT NULL,
  revision bigint,
  revised_at timestamp with time zone,
  CONSTRAINT delivered_revision_response_id_import_id_pk PRIMARY KEY (response_id, import_id)
);
CREATE INDEX delivered_revision_import_id_response_id_index ON public.delivered_revision USING btree (import_id, response_id);

CREATE TABLE public.delivery (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  target_id uuid NOT NULL,
  decision_id uuid,
  event text NOT NULL,
  subject text NOT NULL,
  cells int4multirange NOT NULL,
  state text NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  due timestamp with time zone NOT NULL,
  claimed_until timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  last_status integer,
  last_error text,
  remote_id text,
  CONSTRAINT delivery_pkey PRIMARY KEY (id),
  CONSTRAINT delivery_decision_id_agent_decision_id_fk FOREIGN KEY (decision_id) REFERENCES agent_decision(id),
  CONSTRAINT delivery_settled CHECK (((state = 'PENDING'::text) = (settled_at IS NULL))),
  CONSTRAINT delivery_target_id_target_id_fk FOREIGN KEY (target_id) REFERENCES target(id)
);
CREATE INDEX delivery_created_at_id_index ON public.delivery USING btree (created_at, id);
CREATE INDEX delivery_decision_id_index ON public.delivery USING btree (decision_id);
CREATE INDEX delivery_due ON public.delivery USING btree (due) WHERE (state = 'PENDING'::text);
CREATE UNIQUE INDEX delivery_once ON public.delivery USING btree (target_id, event, subject, decision_id);
CREATE INDEX delivery_subject_index ON public.delivery USING btree (subject);
CREATE TRIGGER delivery_deleted AFTER DELETE ON public.delivery REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('delivery', 'deliveries');
CREATE TRIGGER delivery_inserted AFTER INSERT ON public.delivery REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('delivery', 'deliveries');
CREATE TRIGGER delivery_updated AFTER UPDATE ON public.delivery REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('delivery', 'deliveries');

CREATE TABLE public.disclosure_cell (
  ledger text NOT NULL,
  cell_id integer NOT NULL,
  guarded boolean NOT NULL,
  since integer NOT NULL,
  CONSTRAINT disclosure_cell_ledger_cell_id_pk PRIMARY KEY (ledger, cell_id)
);

CREATE TABLE public.disclosure_ledger (
  key text NOT NULL,
  lots integer NOT NULL,
  smallest_count integer NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT disclosure_ledger_pkey PRIMARY KEY (key)
);

CREATE TABLE public.disclosure_lot (
  ledger text NOT NULL,
  lot integer NOT NULL,
  part text NOT NULL,
  soft boolean NOT NULL,
  cell_id integer NOT NULL,
  hour integer NOT NULL,
  promoters integer NOT NULL,
  passives integer NOT NULL,
  detractors integer NOT NULL,
  CONSTRAINT disclosure_lot_ledger_lot_cell_id_hour_pk PRIMARY KEY (ledger, lot, cell_id, hour)
);
CREATE INDEX disclosure_lot_cell_id_index ON public.disclosure_lot USING btree (cell_id);

CREATE TABLE public.erasure (
  id uuid NOT NULL,
  lookups text[],
  response_ids uuid[],
  responses integer NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  training_sets text[] NOT NULL,
  completed_at timestamp with time zone,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  subject_ids uuid[],
  models integer[] NOT NULL DEFAULT '{}'::integer[],
  wrapped_by text[] NOT NULL DEFAULT '{}'::text[],
  xact bigint,
  journal_at timestamp with time zone,
  files_at timestamp with time zone,
  response_times timestamp with time zone[],
  CONSTRAINT erasure_pkey PRIMARY KEY (id)
);
CREATE INDEX erasure_lookups_index ON public.erasure USING gin (lookups);

CREATE TABLE public.feature_definition (
  key text NOT NULL,
  name text NOT NULL,
  version integer NOT NULL,
  source text NOT NULL,
  description text NOT NULL,
  columns jsonb NOT NULL,
  code_hash text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT feature_definition_pkey PRIMARY KEY (key)
);

CREATE TABLE public.feature_set (
  key text NOT NULL,
  features jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT feature_set_pkey PRIMARY KEY (key)
);

CREATE TABLE public.follower (
  name text NOT NULL,
  xact bigint NOT NULL,
  "position" bigint NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT follower_pkey PRIMARY KEY (name)
);

CREATE TABLE public.gone_outcome (
  id uuid NOT NULL,
  cell_id integer NOT NULL,
  CONSTRAINT gone_outcome_pkey PRIMARY KEY (id)
);

CREATE TABLE public.identity_merge (
  id uuid NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('identity_merge_seq_seq'::regclass),
  kind text NOT NULL,
  from_id uuid,
  into_id uuid,
  actor text NOT NULL,
  reason text,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  undone_at timestamp with time zone,
  undone_by text,
  undo_reason text,
  gone_at timestamp with time zone,
  CONSTRAINT identity_merge_pkey PRIMARY KEY (id)
);
CREATE INDEX identity_merge_from ON public.identity_merge USING btree (from_id) WHERE (from_id IS NOT NULL);
CREATE INDEX identity_merge_into ON public.identity_merge USING btree (into_id) WHERE (into_id IS NOT NULL);
CREATE INDEX identity_merge_newest ON public.identity_merge USING btree (recorded_at, id);
CREATE TRIGGER identities_inserted AFTER INSERT ON public.identity_merge REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION identities_changed();
CREATE TRIGGER identities_updated AFTER UPDATE ON public.identity_merge REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION identities_changed();

CREATE TABLE public.import_run (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  key text NOT NULL,
  file text NOT NULL,
  digest text,
  map_hash text,
  made_by text NOT NULL,
  actor_name text NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  account jsonb,
  undo_at timestamp with time zone,
  undo_by text,
  undo_reason text,
  undone_at timestamp with time zone,
  removed integer NOT NULL DEFAULT 0,
  restored integer NOT NULL DEFAULT 0,
  stayed integer NOT NULL DEFAULT 0,
  source text,
  CONSTRAINT import_run_pkey PRIMARY KEY (id),
  CONSTRAINT import_run_key_unique UNIQUE (key)
);
CREATE INDEX import_run_made_by_index ON public.import_run USING btree (made_by);

CREATE TABLE public.instance (
  id smallint NOT NULL,
  pepper_fingerprint text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  tenant uuid NOT NULL DEFAULT gen_random_uuid(),
  sealed_at timestamp with time zone,
  key_check jsonb,
  CONSTRAINT instance_pkey PRIMARY KEY (id)
);

CREATE TABLE public.invitation (
  id uuid NOT NULL,
  source_id integer NOT NULL,
  external_id text NOT NULL,
  received_at timestamp with time zone NOT NULL,
  content_hash text NOT NULL,
  former_hashes text[] NOT NULL DEFAULT '{}'::text[],
  revision bigint,
  revised_at timestamp with time zone,
  at timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  invited bigint NOT NULL,
  started bigint,
  CONSTRAINT invitation_pkey PRIMARY KEY (id)
);
CREATE INDEX invitation_cell_id_at_index ON public.invitation USING btree (cell_id, at);

CREATE TABLE public.journal (
  "position" bigint NOT NULL DEFAULT nextval('journal_position_seq'::regclass),
  xact bigint NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  kind text NOT NULL,
  payload jsonb NOT NULL,
  CONSTRAINT journal_pkey PRIMARY KEY ("position")
);
CREATE INDEX journal_xact_position_index ON public.journal USING btree (xact, "position");

CREATE TABLE public.journal_mark (
  id smallint NOT NULL,
  xact bigint NOT NULL,
  "position" bigint NOT NULL,
  reaches_back timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT journal_mark_pkey PRIMARY KEY (id)
);

CREATE TABLE public.lease (
  name text NOT NULL,
  token bigint NOT NULL,
  holder text,
  held_until timestamp with time zone NOT NULL,
  CONSTRAINT lease_pkey PRIMARY KEY (name)
);

CREATE TABLE public.legal_hold (
  id uuid NOT NULL,
  subject_id uuid,
  segment jsonb,
  actor text NOT NULL,
  reason text NOT NULL,
  released_at timestamp with time zone,
  released_by text,
  release_reason text,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT legal_hold_pkey PRIMARY KEY (id)
);

CREATE TABLE public.mapping_version (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  key text NOT NULL,
  source_id integer NOT NULL,
  survey_version_id integer NOT NULL,
  scale_rule_id integer NOT NULL,
  connector text NOT NULL,
  definition jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  made_by text,
  redaction text,
  CONSTRAINT mapping_version_pkey PRIMARY KEY (id),
  CONSTRAINT mapping_version_key_unique UNIQUE (key),
  CONSTRAINT mapping_version_scale_rule_id_scale_rule_id_fk FOREIGN KEY (scale_rule_id) REFERENCES scale_rule(id),
  CONSTRAINT mapping_version_source_id_source_id_fk FOREIGN KEY (source_id) REFERENCES source(id),
  CONSTRAINT mapping_version_survey_version_id_survey_version_id_fk FOREIGN KEY (survey_version_id) REFERENCES survey_version(id)
);
CREATE INDEX mapping_version_made_by_index ON public.mapping_version USING btree (made_by);

CREATE TABLE public.merged_subject (
  id uuid NOT NULL,
  root_id uuid NOT NULL,
  CONSTRAINT merged_subject_pkey PRIMARY KEY (id)
);
CREATE INDEX merged_subject_root_id_index ON public.merged_subject USING btree (root_id);

CREATE TABLE public.model_event (
  id bigint NOT NULL DEFAULT nextval('model_event_id_seq'::regclass),
  model_version_id integer NOT NULL,
  from_stage text,
  to_stage text NOT NULL,
  cause text NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  actor_id text,
  CONSTRAINT model_event_pkey PRIMARY KEY (id),
  CONSTRAINT model_event_model_version_id_model_version_id_fk FOREIGN KEY (model_version_id) REFERENCES model_version(id)
);
CREATE TRIGGER keep_model_events BEFORE DELETE OR UPDATE ON public.model_event FOR EACH STATEMENT EXECUTE FUNCTION keep_model_events();
CREATE TRIGGER model_event_inserted AFTER INSERT ON public.model_event FOR EACH ROW EXECUTE FUNCTION model_event_inserted();

CREATE TABLE public.model_theme (
  model_version_id integer NOT NULL,
  place smallint NOT NULL,
  theme text NOT NULL,
  threshold integer,
  CONSTRAINT model_theme_model_version_id_place_pk PRIMARY KEY (model_version_id, place)
);

CREATE TABLE public.model_training_set (
  model_version_id integer NOT NULL,
  hash text NOT NULL,
  CONSTRAINT model_training_set_model_version_id_hash_pk PRIMARY KEY (model_version_id, hash),
  CONSTRAINT model_training_set_hash_training_set_hash_fk FOREIGN KEY (hash) REFERENCES training_set(hash),
  CONSTRAINT model_training_set_model_version_id_model_version_id_fk FOREIGN KEY (model_version_id) REFERENCES model_version(id)
);

CREATE TABLE public.model_version (
  id integer NOT NULL,
  label text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  key text,
  stage text,
  artefact jsonb,
  feature_set_key text,
  trained_at timestamp with time zone,
  signature text,
  companion_id integer,
  CONSTRAINT model_version_pkey PRIMARY KEY (id),
  CONSTRAINT model_version_companion_id_model_version_id_fk FOREIGN KEY (companion_id) REFERENCES model_version(id),
  CONSTRAINT model_version_feature_set_key_feature_set_key_fk FOREIGN KEY (feature_set_key) REFERENCES feature_set(key),
  CONSTRAINT model_version_key_unique UNIQUE (key)
);
CREATE TRIGGER model_version_inserted AFTER INSERT ON public.model_version FOR EACH ROW EXECUTE FUNCTION model_version_inserted();

CREATE TABLE public.monitor_reading (
  id bigint NOT NULL DEFAULT nextval('monitor_reading_id_seq'::regclass),
  model_version_id integer NOT NULL,
  metric text NOT NULL,
  segment jsonb NOT NULL,
  segment_key text NOT NULL,
  window_from timestamp with time zone NOT NULL,
  window_until timestamp with time zone NOT NULL,
  reference_from timestamp with time zone NOT NULL,
  n integer NOT NULL,
  reference_n integer NOT NULL,
  value double precision NOT NULL,
  reference double precision,
  low double precision,
  high double precision,
  p_value double precision,
  adjusted_p_value double precision,
  alarm boolean NOT NULL,
  detail jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT monitor_reading_pkey PRIMARY KEY (id),
  CONSTRAINT monitor_reading_model_version_id_window_until_metric_segment_ke UNIQUE (model_version_id, window_until, metric, segment_key)
);
CREATE INDEX monitor_alarm ON public.monitor_reading USING btree (model_version_id, window_until) WHERE alarm;
CREATE TRIGGER monitor_readings_inserted AFTER INSERT ON public.monitor_reading REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION monitor_readings_inserted();

CREATE TABLE public.on_call_plan (
  version integer NOT NULL,
  plan jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  CONSTRAINT on_call_plan_pkey PRIMARY KEY (version)
);

CREATE TABLE public.outcome (
  id uuid NOT NULL,
  source_id integer NOT NULL,
  external_id text NOT NULL,
  received_at timestamp with time zone NOT NULL,
  content_hash text NOT NULL,
  former_hashes text[] NOT NULL DEFAULT '{}'::text[],
  revision bigint,
  revised_at timestamp with time zone,
  kind text NOT NULL,
  at timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  subject_id uuid,
  account_id uuid,
  restricted boolean NOT NULL DEFAULT false,
  amount bigint,
  currency text,
  quantity bigint,
  name text,
  owner text,
  "position" text NOT NULL,
  sealed bytea,
  staff_id uuid,
  owner_id uuid,
  import_id integer,
  CONSTRAINT outcome_pkey PRIMARY KEY (id)
);
CREATE INDEX outcome_account ON public.outcome USING btree (account_id, at) WHERE (account_id IS NOT NULL);
CREATE INDEX outcome_at_id_index ON public.outcome USING btree (at, id);
CREATE INDEX outcome_cell_id_at_id_index ON public.outcome USING btree (cell_id, at, id);
CREATE INDEX outcome_import ON public.outcome USING btree (import_id, id) WHERE (import_id IS NOT NULL);
CREATE INDEX outcome_owner ON public.outcome USING btree (owner_id) WHERE (owner_id IS NOT NULL);
CREATE INDEX outcome_staff ON public.outcome USING btree (staff_id) WHERE (staff_id IS NOT NULL);
CREATE INDEX outcome_subject ON public.outcome USING btree (subject_id, at) WHERE (subject_id IS NOT NULL);
CREATE TRIGGER outcomes_deleted AFTER DELETE ON public.outcome REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outcomes_changed();
CREATE TRIGGER outcomes_inserted AFTER INSERT ON public.outcome REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outcomes_changed();
CREATE TRIGGER outcomes_updated AFTER UPDATE ON public.outcome REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outcomes_changed();

CREATE UNLOGGED TABLE public.pending_rollup (
  xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
  responses rollup_delta[],
  predictions prediction_delta[],
  themes theme_delta[],
  CONSTRAINT write_pending_rollups TRIGGER DEFERRABLE INITIALLY DEFERRED
) WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000);
CREATE INDEX pending_rollup_xact ON public.pending_rollup USING btree (xact);
CREATE CONSTRAINT TRIGGER write_pending_rollups AFTER INSERT ON public.pending_rollup DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION write_pending_rollups();

CREATE TABLE public.prediction (
  response_id uuid NOT NULL,
  answered_at timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  mapping_version_id integer NOT NULL,
  surveyed boolean NOT NULL,
  class smallint,
  detractor integer NOT NULL,
  passive integer NOT NULL,
  promoter integer NOT NULL,
  sentiment smallint,
  negative integer NOT NULL,
  neutral integer NOT NULL,
  positive integer NOT NULL,
  themes integer[] NOT NULL,
  uncertainty integer NOT NULL,
  abstained text,
  features_hash text NOT NULL,
  predicted_at timestamp with time zone NOT NULL,
  words integer,
  tokens smallint,
  unknown_tokens smallint,
  language text,
  surveyed_class smallint,
  CONSTRAINT prediction_response_id_model_version_id_answered_at_pk PRIMARY KEY (response_id, model_version_id, answered_at)
);
CREATE TRIGGER prediction_deleted AFTER DELETE ON public.prediction FOR EACH ROW EXECUTE FUNCTION prediction_deleted();
CREATE TRIGGER prediction_inserted AFTER INSERT ON public.prediction REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION prediction_inserted();
CREATE TRIGGER prediction_themes_deleted AFTER DELETE ON public.prediction FOR EACH ROW EXECUTE FUNCTION prediction_themes_deleted();
CREATE TRIGGER prediction_themes_inserted AFTER INSERT ON public.prediction REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION prediction_themes_inserted();
CREATE TRIGGER prediction_updated BEFORE UPDATE ON public.prediction FOR EACH STATEMENT EXECUTE FUNCTION prediction_updated();

CREATE TABLE public.quarantine (
  id uuid NOT NULL,
  connection_id uuid NOT NULL,
  status text NOT NULL,
  reason text NOT NULL,
  code text NOT NULL,
  field text,
  "position" text NOT NULL,
  digest bytea NOT NULL,
  lookups text[],
  bytes integer NOT NULL,
  wrapped text,
  provider text,
  key_version text,
  wrapped_at timestamp with time zone,
  sealed bytea,
  received_at timestamp with time zone NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  attempted_at timestamp with time zone,
  due_at timestamp with time zone,
  last_error text,
  expires_at timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  claimed_until timestamp with time zone,
  CONSTRAINT quarantine_pkey PRIMARY KEY (id),
  CONSTRAINT quarantine_connection_id_connection_id_fk FOREIGN KEY (connection_id) REFERENCES connection(id)
);
CREATE INDEX quarantine_due ON public.quarantine USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX quarantine_expiry ON public.quarantine USING btree (expires_at) WHERE (sealed IS NOT NULL);
CREATE INDEX quarantine_kept ON public.quarantine USING btree (connection_id, bytes) WHERE (sealed IS NOT NULL);
CREATE INDEX quarantine_list ON public.quarantine USING btree (connection_id, received_at, id);
CREATE INDEX quarantine_lookups ON public.quarantine USING gin (lookups);
CREATE UNIQUE INDEX quarantine_once ON public.quarantine USING btree (connection_id, digest) WHERE (sealed IS NOT NULL);
CREATE INDEX quarantine_settled ON public.quarantine USING btree (settled_at) WHERE (settled_at IS NOT NULL);

CREATE TABLE public.repeated_event (
  event_id uuid NOT NULL,
  import_id integer NOT NULL,
  import_line integer,
  "position" text NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT repeated_event_event_id_import_id_pk PRIMARY KEY (event_id, import_id)
);
CREATE INDEX repeated_event_import_id_index ON public.repeated_event USING btree (import_id);

CREATE TABLE public.respondent_policy (
  id integer NOT NULL DEFAULT nextval('respondent_policy_id_seq'::regclass),
  survey text NOT NULL,
  kind text NOT NULL,
  days integer,
  effective_from timestamp with time zone NOT NULL,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  reached uuid,
  moved integer NOT NULL DEFAULT 0,
  applied_at timestamp with time zone,
  CONSTRAINT respondent_policy_pkey PRIMARY KEY (id)
);

CREATE TABLE public.response (
  id uuid NOT NULL,
  answered_at timestamp with time zone NOT NULL,
  received_at timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  mapping_version_id integer NOT NULL,
  source_event_id uuid NOT NULL,
  external_id text NOT NULL,
  score smallint,
  points smallint,
  class smallint,
  comment text,
  subject_id uuid,
  account_id uuid,
  CONSTRAINT response_answered_at_id_pk PRIMARY KEY (answered_at, id)
);
CREATE INDEX response_account ON public.response USING btree (account_id, answered_at) WHERE (account_id IS NOT NULL);
CREATE INDEX response_cell_id_answered_at_index ON public.response USING btree (cell_id, answered_at);
CREATE INDEX response_without_score ON public.response USING btree (mapping_version_id, answered_at) WHERE (class IS NULL);
CREATE TRIGGER response_deleted AFTER DELETE ON public.response FOR EACH ROW EXECUTE FUNCTION response_deleted();
CREATE TRIGGER response_inserted AFTER INSERT ON public.response REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION response_inserted();
CREATE TRIGGER response_predictions_changed AFTER UPDATE ON public.response FOR EACH ROW WHEN ((NOT is_sealing())) EXECUTE FUNCTION response_predictions_deleted();
CREATE TRIGGER response_predictions_deleted AFTER DELETE ON public.response FOR EACH ROW EXECUTE FUNCTION response_predictions_deleted();
CREATE TRIGGER response_reviews_changed AFTER UPDATE ON public.response FOR EACH ROW WHEN ((old.source_event_id IS DISTINCT FROM new.source_event_id)) EXECUTE FUNCTION response_reviews_deleted();
CREATE TRIGGER response_reviews_deleted AFTER DELETE ON public.response FOR EACH ROW EXECUTE FUNCTION response_reviews_deleted();
CREATE TRIGGER response_updated AFTER UPDATE ON public.response REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION response_updated();

CREATE TABLE public.response_flag (
  response_id uuid NOT NULL,
  rule text NOT NULL,
  leaves_out boolean NOT NULL,
  found jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT response_flag_response_id_rule_pk PRIMARY KEY (response_id, rule)
);

CREATE TABLE public.response_key (
  id uuid NOT NULL,
  answered_at timestamp with time zone NOT NULL,
  received_at timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  content_hash text NOT NULL,
  subject_id uuid,
  revision bigint,
  revised_at timestamp with time zone,
  event_id uuid,
  segment_rules integer NOT NULL DEFAULT 0,
  CONSTRAINT response_key_pkey PRIMARY KEY (id)
);
CREATE INDEX response_key_behind ON public.response_key USING btree (segment_rules) WHERE (subject_id IS NOT NULL);
CREATE INDEX response_key_subject_id_index ON public.response_key USING btree (subject_id);
CREATE TRIGGER response_key_cases AFTER DELETE ON public.response_key FOR EACH ROW EXECUTE FUNCTION drop_response_cases();

CREATE TABLE public.restricted_response (
  id uuid NOT NULL,
  subject_id uuid NOT NULL,
  "row" jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  counting text,
  rule text,
  instead uuid,
  answered_at timestamp with time zone,
  cell_id integer,
  CONSTRAINT restricted_response_pkey PRIMARY KEY (id)
);
CREATE INDEX restricted_response_last ON public.restricted_response USING btree (recorded_at) WHERE (counting IS NULL);
CREATE INDEX restricted_response_subject_id_index ON public.restricted_response USING btree (subject_id);
CREATE INDEX uncounted_response_newest ON public.restricted_response USING btree (answered_at, id) WHERE (counting IS NOT NULL);
CREATE TRIGGER counting_changed AFTER UPDATE OF counting ON public.restricted_response FOR EACH ROW WHEN ((old.counting IS DISTINCT FROM new.counting)) EXECUTE FUNCTION counting_changed();
CREATE TRIGGER place_aside BEFORE INSERT OR UPDATE OF "row" ON public.restricted_response FOR EACH ROW EXECUTE FUNCTION place_aside();

CREATE TABLE public.retention_rule (
  id integer NOT NULL DEFAULT nextval('retention_rule_id_seq'::regclass),
  source text,
  field text NOT NULL,
  dimension text,
  keep text,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT retention_rule_pkey PRIMARY KEY (id)
);

CREATE TABLE public.retired_key (
  provider text NOT NULL,
  version text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT retired_key_provider_version_pk PRIMARY KEY (provider, version)
);

CREATE TABLE public.review (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  response_id uuid,
  answered_at timestamp with time zone,
  cell_id integer,
  model_version_id integer NOT NULL,
  cause text NOT NULL,
  reason text,
  queued_at timestamp with time zone NOT NULL,
  claimed_by text,
  claimed_until timestamp with time zone,
  decided_at timestamp with time zone,
  decision_id bigint,
  CONSTRAINT review_pkey PRIMARY KEY (id),
  CONSTRAINT review_decision_id_model_event_id_fk FOREIGN KEY (decision_id) REFERENCES model_event(id),
  CONSTRAINT review_of_one CHECK (((num_nonnulls(response_id, decision_id) = 1) AND (num_nonnulls(response_id, answered_at, cell_id) = ANY (ARRAY[0, 3]))))
);
CREATE UNIQUE INDEX review_open ON public.review USING btree (response_id, model_version_id) WHERE (decided_at IS NULL);
CREATE UNIQUE INDEX review_open_decision ON public.review USING btree (decision_id) WHERE (decided_at IS NULL);
CREATE INDEX review_queued_at_id_index ON public.review USING btree (queued_at, id);
CREATE INDEX review_response_id_index ON public.review USING btree (response_id);
CREATE TRIGGER reviews_deleted AFTER DELETE ON public.review REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reviews_changed();
CREATE TRIGGER reviews_inserted AFTER INSERT ON public.review REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reviews_changed();

CREATE TABLE public.review_decision (
  id bigint NOT NULL DEFAULT nextval('review_decision_id_seq'::regclass),
  review_id uuid NOT NULL,
  actor text NOT NULL,
  actor_name text NOT NULL,
  verdict text NOT NULL,
  class smallint,
  reason text NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  CONSTRAINT review_decision_pkey PRIMARY KEY (id),
  CONSTRAINT review_decision_review_id_actor_unique UNIQUE (review_id, actor),
  CONSTRAINT review_decision_review_id_review_id_fk FOREIGN KEY (review_id) REFERENCES review(id) ON DELETE CASCADE
);
CREATE TRIGGER keep_review_decisions BEFORE UPDATE ON public.review_decision FOR EACH STATEMENT EXECUTE FUNCTION keep_review_decisions();

CREATE TABLE public.rollup_day (
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  promoters integer NOT NULL,
  passives integer NOT NULL,
  detractors integer NOT NULL,
  n integer NOT NULL,
  sum bigint NOT NULL,
  sum_squares bigint NOT NULL,
  alone_promoters integer NOT NULL DEFAULT 0,
  alone_passives integer NOT NULL DEFAULT 0,
  alone_detractors integer NOT NULL DEFAULT 0,
  promoter_millionths bigint NOT NULL DEFAULT 0,
  passive_millionths bigint NOT NULL DEFAULT 0,
  detractor_millionths bigint NOT NULL DEFAULT 0,
  CONSTRAINT rollup_day_cell_id_model_version_id_bucket_pk PRIMARY KEY (cell_id, model_version_id, bucket)
);

CREATE TABLE public.rollup_hour (
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  promoters integer NOT NULL,
  passives integer NOT NULL,
  detractors integer NOT NULL,
  n integer NOT NULL,
  sum bigint NOT NULL,
  sum_squares bigint NOT NULL,
  alone_promoters integer NOT NULL DEFAULT 0,
  alone_passives integer NOT NULL DEFAULT 0,
  alone_detractors integer NOT NULL DEFAULT 0,
  promoter_millionths bigint NOT NULL DEFAULT 0,
  passive_millionths bigint NOT NULL DEFAULT 0,
  detractor_millionths bigint NOT NULL DEFAULT 0,
  CONSTRAINT rollup_hour_cell_id_model_version_id_bucket_pk PRIMARY KEY (cell_id, model_version_id, bucket)
);
CREATE INDEX rollup_hour_bucket_index ON public.rollup_hour USING btree (bucket);

CREATE TABLE public.rollup_mapping (
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  mapping_version_id integer NOT NULL,
  n integer NOT NULL,
  CONSTRAINT rollup_mapping_cell_id_model_version_id_bucket_mapping_version_ PRIMARY KEY (cell_id, model_version_id, bucket, mapping_version_id)
);
CREATE INDEX rollup_mapping_mapping_version_id_bucket_index ON public.rollup_mapping USING btree (mapping_version_id, bucket);

CREATE TABLE public.rollup_minute (
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  promoters integer NOT NULL,
  passives integer NOT NULL,
  detractors integer NOT NULL,
  n integer NOT NULL,
  sum bigint NOT NULL,
  sum_squares bigint NOT NULL,
  alone_promoters integer NOT NULL DEFAULT 0,
  alone_passives integer NOT NULL DEFAULT 0,
  alone_detractors integer NOT NULL DEFAULT 0,
  promoter_millionths bigint NOT NULL DEFAULT 0,
  passive_millionths bigint NOT NULL DEFAULT 0,
  detractor_millionths bigint NOT NULL DEFAULT 0,
  CONSTRAINT rollup_minute_cell_id_model_version_id_bucket_pk PRIMARY KEY (cell_id, model_version_id, bucket)
);

CREATE TABLE public.scale_rule (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  key text NOT NULL,
  rule jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT scale_rule_pkey PRIMARY KEY (id),
  CONSTRAINT scale_rule_key_unique UNIQUE (key)
);

CREATE TABLE public.scope (
  fingerprint text NOT NULL,
  everything boolean NOT NULL,
  used_at timestamp with time zone NOT NULL,
  score int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  response int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  comment int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  respondent int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  prediction int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  staff int4multirange NOT NULL DEFAULT '{}'::int4multirange,
  CONSTRAINT scope_pkey PRIMARY KEY (fingerprint)
);

CREATE TABLE public.seal (
  id bigint NOT NULL,
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  revision integer NOT NULL,
  why text NOT NULL,
  manifest text NOT NULL,
  hash text NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT seal_pkey PRIMARY KEY (id),
  CONSTRAINT seal_cell_id_model_version_id_bucket_revision_unique UNIQUE (cell_id, model_version_id, bucket, revision)
);
CREATE TRIGGER seals_inserted AFTER INSERT ON public.seal REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION seals_inserted();

CREATE TABLE public.seal_head (
  size bigint NOT NULL,
  body text NOT NULL,
  signature text NOT NULL,
  published boolean NOT NULL DEFAULT false,
  CONSTRAINT seal_head_pkey PRIMARY KEY (size)
);

CREATE TABLE public.seal_leaf (
  seal_id bigint NOT NULL,
  place integer NOT NULL,
  hash bytea NOT NULL,
  response_id uuid,
  salt bytea,
  origin text,
  CONSTRAINT seal_leaf_seal_id_place_pk PRIMARY KEY (seal_id, place)
);
CREATE INDEX seal_leaf_response_id_index ON public.seal_leaf USING btree (response_id);

CREATE TABLE public.seal_node (
  level smallint NOT NULL,
  place bigint NOT NULL,
  hash text NOT NULL,
  CONSTRAINT seal_node_level_place_pk PRIMARY KEY (level, place)
);

CREATE TABLE public.seal_pending (
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  first_entry text NOT NULL,
  last_entry text NOT NULL,
  first_touched timestamp with time zone NOT NULL,
  last_touched timestamp with time zone NOT NULL,
  refused text,
  CONSTRAINT seal_pending_cell_id_model_version_id_bucket_pk PRIMARY KEY (cell_id, model_version_id, bucket)
);
CREATE INDEX seal_pending_bucket_index ON public.seal_pending USING btree (bucket);

CREATE TABLE public.segment_rules (
  id integer NOT NULL DEFAULT nextval('segment_rules_id_seq'::regclass),
  config text NOT NULL,
  rules jsonb NOT NULL,
  undoes integer,
  actor text NOT NULL,
  actor_name text NOT NULL,
  reason text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  seen integer NOT NULL DEFAULT 0,
  moved integer NOT NULL DEFAULT 0,
  held integer NOT NULL DEFAULT 0,
  undeclared integer NOT NULL DEFAULT 0,
  applied_at timestamp with time zone,
  CONSTRAINT segment_rules_pkey PRIMARY KEY (id)
);

CREATE TABLE public.signing_key (
  id integer NOT NULL,
  public_key text NOT NULL,
  statement text,
  signature text,
  former_signature text,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT signing_key_pkey PRIMARY KEY (id),
  CONSTRAINT signing_key_public_key_unique UNIQUE (public_key)
);

CREATE TABLE public.source (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  made_by text,
  CONSTRAINT source_pkey PRIMARY KEY (id),
  CONSTRAINT source_name_unique UNIQUE (name)
);
CREATE INDEX source_made_by_index ON public.source USING btree (made_by);

CREATE TABLE public.source_day (
  source_id integer NOT NULL,
  day date NOT NULL,
  accepted bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected jsonb NOT NULL DEFAULT '{}'::jsonb,
  last_accepted_at timestamp with time zone,
  last_rejected_at timestamp with time zone,
  examined bigint NOT NULL DEFAULT 0,
  missing jsonb NOT NULL DEFAULT '{}'::jsonb,
  delays jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT source_day_source_id_day_pk PRIMARY KEY (source_id, day)
);

CREATE TABLE public.source_event (
  id uuid NOT NULL,
  response_id uuid NOT NULL,
  mapping_version_id integer NOT NULL,
  "position" text NOT NULL,
  hash text,
  received_at timestamp with time zone NOT NULL,
  subject_id uuid,
  content text,
  digest bytea,
  sealed bytea,
  import_id integer,
  import_line integer,
  undone_at timestamp with time zone,
  replaced uuid,
  stood jsonb,
  sent bytea,
  CONSTRAINT source_event_pkey PRIMARY KEY (id)
);
CREATE INDEX source_event_as_text ON public.source_event USING btree (id) WHERE (hash IS NOT NULL);
CREATE INDEX source_event_import_id_response_id_index ON public.source_event USING btree (import_id, response_id) WHERE (import_id IS NOT NULL);
CREATE INDEX source_event_response_id_index ON public.source_event USING btree (response_id);
CREATE INDEX source_event_stood ON public.source_event USING btree (id) WHERE (stood IS NOT NULL);
CREATE INDEX source_event_subject_id_index ON public.source_event USING btree (subject_id);

CREATE TABLE public.subject_key (
  id uuid NOT NULL,
  lookup text,
  pseudonym text,
  wrapped text,
  provider text,
  key_version text,
  wrapped_at timestamp with time zone,
  restricted boolean NOT NULL DEFAULT false,
  held boolean NOT NULL DEFAULT false,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  shared boolean NOT NULL DEFAULT false,
  restricted_by_merge boolean NOT NULL DEFAULT false,
  CONSTRAINT subject_key_pkey PRIMARY KEY (id),
  CONSTRAINT subject_key_lookup_unique UNIQUE (lookup)
);
CREATE INDEX subject_key_unsealed ON public.subject_key USING btree (id) WHERE (wrapped IS NULL);

CREATE TABLE public.survey_version (
  id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  version text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  made_by text,
  CONSTRAINT survey_version_pkey PRIMARY KEY (id),
  CONSTRAINT survey_version_name_version_unique UNIQUE (name, version)
);
CREATE INDEX survey_version_made_by_index ON public.survey_version USING btree (made_by);

CREATE TABLE public.target (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  kind text NOT NULL,
  settings jsonb NOT NULL,
  secret text,
  role text NOT NULL,
  attributes jsonb NOT NULL,
  rate integer NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  open_until timestamp with time zone,
  disabled_reason text,
  disabled_at timestamp with time zone,
  removed_at timestamp with time zone,
  events text[] NOT NULL DEFAULT '{}'::text[],
  wrapped text,
  provider text,
  key_version text,
  wrapped_at timestamp with time zone,
  revision integer NOT NULL DEFAULT 1,
  paced_until timestamp with time zone,
  removed_by text,
  CONSTRAINT target_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX target_name ON public.target USING btree (name) WHERE (removed_at IS NULL);

CREATE TABLE public.theme_day (
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  theme smallint NOT NULL,
  named smallint NOT NULL,
  surveyed_promoters integer NOT NULL,
  surveyed_passives integer NOT NULL,
  surveyed_detractors integer NOT NULL,
  promoters integer NOT NULL,
  passives integer NOT NULL,
  detractors integer NOT NULL,
  alone_promoters integer NOT NULL,
  alone_passives integer NOT NULL,
  alone_detractors integer NOT NULL,
  CONSTRAINT theme_day_cell_id_model_version_id_bucket_theme_named_pk PRIMARY KEY (cell_id, model_version_id, bucket, theme, named)
);

CREATE TABLE public.theme_hour (
  bucket timestamp with time zone NOT NULL,
  cell_id integer NOT NULL,
  model_version_id integer NOT NULL,
  theme smallint NOT NULL,
  named smallint NOT NULL,
  surveyed_promoters integer NOT NULL,
  surveyed_passives integer NOT NULL,
  surveyed_detractors integer NOT NULL,
  promoters integer NOT NULL,
  passives integer NOT NULL,
  detractors integer NOT NULL,
  alone_promoters integer NOT NULL,
  alone_passives integer NOT NULL,
  alone_detractors integer NOT NULL,
  CONSTRAINT theme_hour_cell_id_model_version_id_bucket_theme_named_pk PRIMARY KEY (cell_id, model_version_id, bucket, theme, named)
);

CREATE TABLE public.theme_precision (
  theme text NOT NULL,
  "precision" numeric NOT NULL,
  CONSTRAINT theme_precision_pkey PRIMARY KEY (theme)
);

CREATE TABLE public.training_set (
  hash text NOT NULL,
  head text NOT NULL,
  examples integer NOT NULL,
  description text NOT NULL,
  until timestamp with time zone,
  journal_position text,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT training_set_pkey PRIMARY KEY (hash)
);

CREATE TABLE public.training_set_member (
  hash text NOT NULL,
  response_id uuid NOT NULL,
  CONSTRAINT training_set_member_response_id_hash_pk PRIMARY KEY (response_id, hash),
  CONSTRAINT training_set_member_hash_training_set_hash_fk FOREIGN KEY (hash) REFERENCES training_set(hash)
);

CREATE TABLE public.watched_file (
  connection_id uuid NOT NULL,
  path text NOT NULL,
  version text NOT NULL,
  state text NOT NULL,
  message text,
  import_key text,
  at timestamp with time zone NOT NULL,
  CONSTRAINT watched_file_connection_id_path_pk PRIMARY KEY (connection_id, path),
  CONSTRAINT watched_file_connection_id_connection_id_fk FOREIGN KEY (connection_id) REFERENCES connection(id)
);

-- Functions

CREATE OR REPLACE FUNCTION paged.first_rollups(cells integer[], models integer[], mappings integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, most integer)
 RETURNS TABLE(bucket timestamp with time zone, cell_id integer, model_version_id integer)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ DECLARE final timestamptz; BEGIN
      IF mappings IS NULL THEN
        SELECT max(f.bucket) INTO final FROM (SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_hour t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND coalesce((SELECT s.score + s.prediction + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false) AND t.bucket > after ORDER BY t.bucket LIMIT most) f;
        RETURN QUERY SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_hour t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND coalesce((SELECT s.score + s.prediction + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false) AND t.bucket >= after AND t.bucket <= coalesce(final, after);
      ELSE
        SELECT max(e.bucket) INTO final FROM (SELECT DISTINCT f.bucket, f.cell_id, f.model_version_id FROM unnest(mappings) AS m (id)
          CROSS JOIN LATERAL (SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_mapping t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND coalesce((SELECT s.score + s.prediction + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false) AND t.mapping_version_id = m.id AND t.bucket > after ORDER BY t.bucket LIMIT most) f
          ORDER BY f.bucket LIMIT most) e;
        RETURN QUERY SELECT DISTINCT f.bucket, f.cell_id, f.model_version_id
          FROM (SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_mapping t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND coalesce((SELECT s.score + s.prediction + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false) AND t.mapping_version_id = ANY (mappings) AND t.bucket >= after AND t.bucket <= coalesce(final, after)) f;
      END IF; END $function$
;

CREATE OR REPLACE FUNCTION paged.newest_of_source(cells integer[], mappings integer[], most integer)
 RETURNS TABLE(id uuid, answered_at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT a.id, a.answered_at, a.cell_id FROM (
        SELECT r.id, r.answered_at, r.cell_id FROM (
            SELECT m.id, f.bucket, f.cell_id, sum(f.n) OVER (ORDER BY f.bucket DESC, f.cell_id, m.id) - f.n AS later
            FROM unnest(mappings) AS m (id) CROSS JOIN LATERAL (
              SELECT t.bucket, t.cell_id, t.n FROM public.rollup_mapping t WHERE t.mapping_version_id = m.id AND t.model_version_id = 0 AND t.cell_id = ANY (cells) AND t.n > 0 AND coalesce((SELECT s.response + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false)
                ORDER BY t.bucket DESC, t.cell_id LIMIT most) f) h
          CROSS JOIN LATERAL (SELECT t.id, t.answered_at, t.cell_id FROM public.response t WHERE t.cell_id = h.cell_id
            AND t.mapping_version_id = h.id AND t.answered_at >= h.bucket AND t.answered_at < h.bucket + interval '1 hour'
            AND t.class IS NOT NULL ORDER BY t.answered_at DESC, t.id DESC LIMIT most) r WHERE h.later < most
        UNION ALL
        SELECT r.id, r.answered_at, r.cell_id FROM unnest(mappings) AS m (id) CROSS JOIN LATERAL (
          SELECT t.id, t.answered_at, t.cell_id FROM public.response t WHERE t.mapping_version_id = m.id AND t.class IS NULL AND t.cell_id = ANY (cells) AND coalesce((SELECT s.response + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false)
          ORDER BY t.answered_at DESC, t.id DESC LIMIT most) r) a
      ORDER BY a.answered_at DESC, a.id DESC LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION paged.newest_outcomes(cells integer[], kinds text[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer)
 RETURNS TABLE(id uuid, at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT t.id, t.at, t.cell_id FROM public.outcome t
        WHERE t.at >= since AND t.at < until AND t.at <= before AND (t.at, t.id) < (before, before_id)
          AND t.cell_id = ANY (cells) AND (kinds IS NULL OR t.kind = ANY (kinds)) AND NOT t.restricted AND coalesce((SELECT s.response + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false)
        ORDER BY t.at DESC, t.id DESC LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION paged.newest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer)
 RETURNS TABLE(id uuid, answered_at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT t.id, t.answered_at, t.cell_id FROM public.response t
        WHERE t.answered_at >= since AND t.answered_at < until AND t.answered_at <= before
          AND (t.answered_at, t.id) < (before, before_id) AND t.cell_id = ANY (cells) AND coalesce((SELECT s.response + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false)
        ORDER BY t.answered_at DESC, t.id DESC LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION paged.oldest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, after_id uuid, most integer)
 RETURNS TABLE(id uuid, answered_at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT t.id, t.answered_at, t.cell_id FROM public.response t
        WHERE t.answered_at >= since AND t.answered_at < until AND t.answered_at >= after
          AND (t.answered_at, t.id) > (after, after_id) AND t.cell_id = ANY (cells) AND coalesce((SELECT s.response + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false)
        ORDER BY t.answered_at, t.id LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION paged.volume_of_source(cells integer[], mappings integer[], since timestamp with time zone, late timestamp with time zone, most integer)
 RETURNS TABLE(answers bigint, late_answers bigint, complete boolean)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ DECLARE until timestamptz := 'infinity'; start timestamptz := late + interval '1 day'; hours integer := 1; more integer;
        seen bigint := 0; part record; BEGIN
      answers := 0; late_answers := 0;
      LOOP
        SELECT coalesce(sum(c.n), 0) AS n, coalesce(sum(c.n) FILTER (WHERE c.at >= late), 0) AS late_n, count(*) AS looked_at INTO part FROM (
          SELECT t.bucket AS at, t.n FROM public.rollup_mapping t WHERE t.mapping_version_id = ANY (mappings)
            AND t.bucket >= start AND t.bucket < until AND t.model_version_id = 0 AND t.cell_id = ANY (cells) AND t.n > 0 AND coalesce((SELECT s.response + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false)
          UNION ALL
          SELECT t.answered_at, 1 FROM public.response t WHERE t.mapping_version_id = ANY (mappings)
            AND t.answered_at >= start AND t.answered_at < until AND t.class IS NULL AND t.cell_id = ANY (cells) AND coalesce((SELECT s.response + '{}' FROM public.scope s
    WHERE s.fingerprint = current_setting('scoreline.scope', true)) @> t.cell_id, false)) c;
        answers := answers + part.n; late_answers := late_answers + part.late_n; seen := seen + part.looked_at;
        complete := start <= since;
        EXIT WHEN complete OR seen >= most;
        more := greatest(1, least(8 * hours, (most - seen) * hours / greatest(seen, 1)));
        until := start; start := greatest(since, start - more * interval '1 hour'); hours := hours + more;
      END LOOP;
      RETURN NEXT; END $function$
;

CREATE OR REPLACE FUNCTION public.agent_rows_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks(TG_ARGV[0], jsonb_build_object(TG_ARGV[1], ids)); END IF;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.apply_prediction_deltas(deltas prediction_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF deltas IS NOT NULL THEN INSERT INTO pending_rollup (predictions) VALUES (deltas); END IF;
END $function$
;

CREATE OR REPLACE FUNCTION public.apply_prediction_level(target regclass, unit text, deltas prediction_delta[], since timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  EXECUTE format($statement$
    INSERT INTO %s AS r (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares,
      alone_promoters, alone_passives, alone_detractors, promoter_millionths, passive_millionths, detractor_millionths)
    SELECT d.cell_id, d.model_version_id, date_trunc($1, d.bucket, 'UTC'), sum(d.promoters), sum(d.passives),
      sum(d.detractors), sum(d.promoters + d.passives + d.detractors), 0, 0, sum(d.alone_promoters),
      sum(d.alone_passives), sum(d.alone_detractors), sum(d.promoter_millionths), sum(d.passive_millionths),
      sum(d.detractor_millionths)
    FROM unnest($2) d WHERE d.bucket >= $3 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
      promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
      detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
      alone_promoters = r.alone_promoters + excluded.alone_promoters,
      alone_passives = r.alone_passives + excluded.alone_passives,
      alone_detractors = r.alone_detractors + excluded.alone_detractors,
      promoter_millionths = r.promoter_millionths + excluded.promoter_millionths,
      passive_millionths = r.passive_millionths + excluded.passive_millionths,
      detractor_millionths = r.detractor_millionths + excluded.detractor_millionths
  $statement$, target) USING unit, deltas, since;
END $function$
;

CREATE OR REPLACE FUNCTION public.apply_rollup_deltas(deltas rollup_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF deltas IS NOT NULL THEN INSERT INTO pending_rollup (responses) VALUES (deltas); END IF;
END $function$
;

CREATE OR REPLACE FUNCTION public.apply_theme_deltas(deltas theme_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF deltas IS NOT NULL THEN INSERT INTO pending_rollup (themes) VALUES (deltas); END IF;
END $function$
;

CREATE OR REPLACE FUNCTION public.apply_theme_level(target regclass, unit text, deltas theme_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  EXECUTE format($statement$
    INSERT INTO %s AS r (bucket, cell_id, model_version_id, theme, named, surveyed_promoters, surveyed_passives,
      surveyed_detractors, promoters, passives, detractors, alone_promoters, alone_passives, alone_detractors)
    SELECT date_trunc($1, d.bucket, 'UTC'), d.cell_id, d.model_version_id, d.theme, d.named,
      coalesce(sum(d.sign) FILTER (WHERE d.surveyed_class = 2), 0), coalesce(sum(d.sign) FILTER (WHERE d.surveyed_class = 1), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.surveyed_class = 0), 0), coalesce(sum(d.sign) FILTER (WHERE d.class = 2), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 1), 0), coalesce(sum(d.sign) FILTER (WHERE d.class = 0), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 2 AND NOT d.surveyed), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 1 AND NOT d.surveyed), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 0 AND NOT d.surveyed), 0)
    FROM unnest($2) d GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 3, 1, 4, 5
    ON CONFLICT (cell_id, model_version_id, bucket, theme, named) DO UPDATE SET
      surveyed_promoters = r.surveyed_promoters + excluded.surveyed_promoters,
      surveyed_passives = r.surveyed_passives + excluded.surveyed_passives,
      surveyed_detractors = r.surveyed_detractors + excluded.surveyed_detractors,
      promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
      detractors = r.detractors + excluded.detractors, alone_promoters = r.alone_promoters + excluded.alone_promoters,
      alone_passives = r.alone_passives + excluded.alone_passives,
      alone_detractors = r.alone_detractors + excluded.alone_detractors
  $statement$, target) USING unit, deltas;
END $function$
;

CREATE OR REPLACE FUNCTION public.counting_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM journal_responses(NULL, ARRAY[NEW.id], NULL);
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.drop_response_cases()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM case_record WHERE response_id = OLD.id;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.first_rollups(cells integer[], models integer[], mappings integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, most integer)
 RETURNS TABLE(bucket timestamp with time zone, cell_id integer, model_version_id integer)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ DECLARE final timestamptz; BEGIN
      IF mappings IS NULL THEN
        SELECT max(f.bucket) INTO final FROM (SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_hour t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND true AND t.bucket > after ORDER BY t.bucket LIMIT most) f;
        RETURN QUERY SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_hour t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND true AND t.bucket >= after AND t.bucket <= coalesce(final, after);
      ELSE
        SELECT max(e.bucket) INTO final FROM (SELECT DISTINCT f.bucket, f.cell_id, f.model_version_id FROM unnest(mappings) AS m (id)
          CROSS JOIN LATERAL (SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_mapping t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND true AND t.mapping_version_id = m.id AND t.bucket > after ORDER BY t.bucket LIMIT most) f
          ORDER BY f.bucket LIMIT most) e;
        RETURN QUERY SELECT DISTINCT f.bucket, f.cell_id, f.model_version_id
          FROM (SELECT t.bucket, t.cell_id, t.model_version_id FROM public.rollup_mapping t WHERE t.bucket >= since AND t.bucket < until
    AND t.cell_id = ANY (cells) AND t.model_version_id = ANY (models) AND t.n > 0 AND true AND t.mapping_version_id = ANY (mappings) AND t.bucket >= after AND t.bucket <= coalesce(final, after)) f;
      END IF; END $function$
;

CREATE OR REPLACE FUNCTION public.identities_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks('identity', jsonb_build_object('merges', ids)); END IF;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.is_sealing()
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  SELECT current_setting('scoreline.sealing', true) IS NOT DISTINCT FROM 'on'
$function$
;

CREATE OR REPLACE FUNCTION public.journal_marks(kind text, what jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), kind,
    jsonb_build_object('added', '[]'::jsonb, 'removed', '[]'::jsonb, 'deltas', '[]'::jsonb) || what);
  PERFORM pg_notify('journal', '');
END $function$
;

CREATE OR REPLACE FUNCTION public.journal_predictions(model integer, added uuid[], removed uuid[], deltas prediction_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), 'predictions',
    jsonb_build_object(
      'model', model,
      'added', to_jsonb(coalesce(added, '{}')),
      'removed', to_jsonb(coalesce(removed, '{}')),
      'deltas', coalesce((
        SELECT jsonb_agg(jsonb_build_array(h.cell_id, h.hour, h.promoters, h.passives, h.detractors))
        FROM (
          SELECT d.cell_id, floor(extract(epoch FROM d.bucket) / 3600)::bigint AS hour, sum(d.promoters) AS promoters,
            sum(d.passives) AS passives, sum(d.detractors) AS detractors
          FROM unnest(deltas) d WHERE d.model_version_id = model GROUP BY 1, 2
        ) h), '[]')));
  PERFORM pg_notify('journal', '');
END $function$
;

CREATE OR REPLACE FUNCTION public.journal_responses(added uuid[], removed uuid[], deltas rollup_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), 'responses',
    jsonb_build_object(
      'added', to_jsonb(coalesce(added, '{}')),
      'removed', to_jsonb(coalesce(removed, '{}')),
      'deltas', coalesce((
        SELECT jsonb_agg(jsonb_build_array(h.cell_id, h.hour, h.promoters, h.passives, h.detractors))
        FROM (
          SELECT d.cell_id, floor(extract(epoch FROM d.bucket) / 3600)::bigint AS hour, sum(d.promoters) AS promoters, sum(d.passives) AS passives, sum(d.detractors) AS detractors
          FROM unnest(deltas) d GROUP BY 1, 2
        ) h), '[]')));
  PERFORM pg_notify('journal', '');
END $function$
;

CREATE OR REPLACE FUNCTION public.journal_safe_end()
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
AS $function$
DECLARE
  seen pg_snapshot := pg_current_snapshot();
  own bigint := pg_current_xact_id_if_assigned()::text::bigint;
  running bigint := least(pg_snapshot_xmin(seen)::text::bigint, own);
  others integer[];
  elsewhere xid[];
BEGIN
  -- Mostly nothing is held back, and the locks of the cluster need not be read.
  IF NOT EXISTS (SELECT FROM public.journal WHERE xact >= running) THEN RETURN running; END IF;
  -- In this order. A transaction of the snapshot that still holds its lock below has run in one backend all the time, so the
  -- database read here is its own, even where process ids are used again. What is not found is taken for a writer.
  PERFORM pg_stat_clear_snapshot();
  SELECT coalesce(array_agg(a.pid), '{}') INTO others FROM pg_stat_get_activity(NULL) a
    WHERE a.datid <> 0 AND a.datid <> (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  SELECT coalesce(array_agg(l.transactionid), '{}') INTO elsewhere FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid = ANY (others);
  SELECT elsewhere || coalesce(array_agg(p.transaction), '{}') INTO elsewhere FROM pg_prepared_xacts p
    WHERE p.database <> current_database();
  RETURN (SELECT least(pg_snapshot_xmax(seen)::text::bigint, own, min(x.id::text::bigint))
    FROM pg_snapshot_xip(seen) AS x (id) WHERE x.id::xid <> ALL (elsewhere));
END $function$
;

CREATE OR REPLACE FUNCTION public.keep_agent_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $function$
;

CREATE OR REPLACE FUNCTION public.keep_model_events()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'changes of stage are never changed or deleted';
END $function$
;

CREATE OR REPLACE FUNCTION public.keep_review_decisions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF is_sealing() THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'what was decided in a review is not changed';
END $function$
;

CREATE OR REPLACE FUNCTION public.model_event_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), 'model',
    jsonb_build_object('model', NEW.model_version_id, 'added', '[]'::jsonb, 'removed', '[]'::jsonb, 'deltas', '[]'::jsonb));
  PERFORM pg_notify('journal', '');
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.model_version_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO model_theme (model_version_id, place, theme, threshold)
  SELECT NEW.id, t.place, t.theme, t.threshold FROM themes_of(NEW.artefact) t;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.monitor_readings_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload)
  SELECT pg_current_xact_id()::text::bigint, clock_timestamp(), 'monitor',
    jsonb_build_object('model', model_version_id, 'added', '[]'::jsonb, 'removed', '[]'::jsonb, 'deltas', '[]'::jsonb,
      'alarms', coalesce(jsonb_agg(DISTINCT metric) FILTER (WHERE alarm), '[]'))
  FROM added GROUP BY model_version_id ORDER BY model_version_id;
  PERFORM pg_notify('journal', '');
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.named_themes(model integer, probabilities integer[])
 RETURNS smallint[]
 LANGUAGE sql
 STABLE
AS $function$
  SELECT array_agg(t.place ORDER BY t.place) FROM model_theme t
  WHERE t.model_version_id = model AND probabilities[t.place] >= t.threshold
$function$
;

CREATE OR REPLACE FUNCTION public.newest_of_source(cells integer[], mappings integer[], most integer)
 RETURNS TABLE(id uuid, answered_at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT a.id, a.answered_at, a.cell_id FROM (
        SELECT r.id, r.answered_at, r.cell_id FROM (
            SELECT m.id, f.bucket, f.cell_id, sum(f.n) OVER (ORDER BY f.bucket DESC, f.cell_id, m.id) - f.n AS later
            FROM unnest(mappings) AS m (id) CROSS JOIN LATERAL (
              SELECT t.bucket, t.cell_id, t.n FROM public.rollup_mapping t WHERE t.mapping_version_id = m.id AND t.model_version_id = 0 AND t.cell_id = ANY (cells) AND t.n > 0 AND true
                ORDER BY t.bucket DESC, t.cell_id LIMIT most) f) h
          CROSS JOIN LATERAL (SELECT t.id, t.answered_at, t.cell_id FROM public.response t WHERE t.cell_id = h.cell_id
            AND t.mapping_version_id = h.id AND t.answered_at >= h.bucket AND t.answered_at < h.bucket + interval '1 hour'
            AND t.class IS NOT NULL ORDER BY t.answered_at DESC, t.id DESC LIMIT most) r WHERE h.later < most
        UNION ALL
        SELECT r.id, r.answered_at, r.cell_id FROM unnest(mappings) AS m (id) CROSS JOIN LATERAL (
          SELECT t.id, t.answered_at, t.cell_id FROM public.response t WHERE t.mapping_version_id = m.id AND t.class IS NULL AND t.cell_id = ANY (cells) AND true
          ORDER BY t.answered_at DESC, t.id DESC LIMIT most) r) a
      ORDER BY a.answered_at DESC, a.id DESC LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION public.newest_outcomes(cells integer[], kinds text[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer)
 RETURNS TABLE(id uuid, at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT t.id, t.at, t.cell_id FROM public.outcome t
        WHERE t.at >= since AND t.at < until AND t.at <= before AND (t.at, t.id) < (before, before_id)
          AND t.cell_id = ANY (cells) AND (kinds IS NULL OR t.kind = ANY (kinds)) AND NOT t.restricted AND true
        ORDER BY t.at DESC, t.id DESC LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION public.newest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer)
 RETURNS TABLE(id uuid, answered_at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT t.id, t.answered_at, t.cell_id FROM public.response t
        WHERE t.answered_at >= since AND t.answered_at < until AND t.answered_at <= before
          AND (t.answered_at, t.id) < (before, before_id) AND t.cell_id = ANY (cells) AND true
        ORDER BY t.answered_at DESC, t.id DESC LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION public.oldest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, after_id uuid, most integer)
 RETURNS TABLE(id uuid, answered_at timestamp with time zone, cell_id integer)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ BEGIN RETURN QUERY SELECT t.id, t.answered_at, t.cell_id FROM public.response t
        WHERE t.answered_at >= since AND t.answered_at < until AND t.answered_at >= after
          AND (t.answered_at, t.id) > (after, after_id) AND t.cell_id = ANY (cells) AND true
        ORDER BY t.answered_at, t.id LIMIT most; END $function$
;

CREATE OR REPLACE FUNCTION public.outcomes_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks('outcome', jsonb_build_object('outcomes', ids)); END IF;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.place_aside()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.answered_at := (NEW.row->>'answered_at')::timestamptz;
  NEW.cell_id := (NEW.row->>'cell_id')::integer;
  RETURN NEW;
END $function$
;

CREATE OR REPLACE FUNCTION public.prediction_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE deltas prediction_delta[]; alone integer := (NOT OLD.surveyed)::integer;
BEGIN
  IF OLD.class IS NOT NULL THEN
    deltas := ARRAY[ROW(
      date_trunc('minute', OLD.answered_at, 'UTC'), OLD.cell_id, OLD.model_version_id, OLD.mapping_version_id,
      -(OLD.class = 2)::integer, -(OLD.class = 1)::integer, -(OLD.class = 0)::integer,
      -(OLD.class = 2)::integer * alone, -(OLD.class = 1)::integer * alone, -(OLD.class = 0)::integer * alone,
      -OLD.promoter, -OLD.passive, -OLD.detractor)::prediction_delta];
    PERFORM apply_prediction_deltas(deltas);
  END IF;
  PERFORM journal_predictions(OLD.model_version_id, NULL, ARRAY[OLD.response_id], deltas);
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.prediction_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE deltas prediction_delta[];
BEGIN
  IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
  SELECT array_agg(g::prediction_delta) INTO deltas FROM (
    SELECT date_trunc('minute', answered_at, 'UTC'), cell_id, model_version_id, mapping_version_id,
      (count(*) FILTER (WHERE class = 2))::integer, (count(*) FILTER (WHERE class = 1))::integer,
      (count(*) FILTER (WHERE class = 0))::integer,
      (count(*) FILTER (WHERE class = 2 AND NOT surveyed))::integer,
      (count(*) FILTER (WHERE class = 1 AND NOT surveyed))::integer,
      (count(*) FILTER (WHERE class = 0 AND NOT surveyed))::integer,
      sum(promoter)::bigint, sum(passive)::bigint, sum(detractor)::bigint
    FROM added WHERE class IS NOT NULL GROUP BY 1, 2, 3, 4
  ) g;
  PERFORM apply_prediction_deltas(deltas);
  PERFORM journal_predictions(model_version_id, array_agg(response_id), NULL, deltas)
  FROM added GROUP BY model_version_id ORDER BY model_version_id;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.prediction_themes_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE places smallint[];
BEGIN
  IF OLD.class IS NULL THEN RETURN NULL; END IF;
  places := named_themes(OLD.model_version_id, OLD.themes);
  PERFORM apply_theme_deltas((SELECT array_agg(ROW(OLD.answered_at, OLD.cell_id, OLD.model_version_id, theme.place,
      cardinality(places)::smallint, OLD.surveyed_class, OLD.class, OLD.surveyed, -1)::theme_delta)
    FROM unnest(places) AS theme (place)));
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.prediction_themes_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM apply_theme_deltas((SELECT array_agg(d::theme_delta) FROM (
    SELECT p.answered_at, p.cell_id, p.model_version_id, theme.place, cardinality(n.places)::smallint, p.surveyed_class, p.class,
      p.surveyed, 1
    FROM added p CROSS JOIN LATERAL (SELECT named_themes(p.model_version_id, p.themes) AS places) n
      CROSS JOIN LATERAL unnest(n.places) AS theme (place)
    WHERE p.class IS NOT NULL
  ) d));
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.prediction_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'a prediction is not changed; delete it and predict again';
END $function$
;

CREATE OR REPLACE FUNCTION public.recount_themes(model integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE level record;
BEGIN
  LOCK TABLE prediction IN SHARE MODE;
  FOR level IN SELECT * FROM (VALUES ('theme_hour'::regclass, 'hour'), ('theme_day'::regclass, 'day')) AS l (target, unit) LOOP
    EXECUTE format('DELETE FROM %s WHERE model_version_id = $1', level.target) USING model;
    EXECUTE format($statement$
      INSERT INTO %s (bucket, cell_id, model_version_id, theme, named, surveyed_promoters, surveyed_passives,
        surveyed_detractors, promoters, passives, detractors, alone_promoters, alone_passives, alone_detractors)
      SELECT date_trunc($1, p.answered_at, 'UTC'), p.cell_id, p.model_version_id, theme.place, cardinality(n.places),
        count(*) FILTER (WHERE p.surveyed_class = 2), count(*) FILTER (WHERE p.surveyed_class = 1),
        count(*) FILTER (WHERE p.surveyed_class = 0), count(*) FILTER (WHERE p.class = 2), count(*) FILTER (WHERE p.class = 1),
        count(*) FILTER (WHERE p.class = 0), count(*) FILTER (WHERE p.class = 2 AND NOT p.surveyed),
        count(*) FILTER (WHERE p.class = 1 AND NOT p.surveyed), count(*) FILTER (WHERE p.class = 0 AND NOT p.surveyed)
      FROM prediction p CROSS JOIN LATERAL (SELECT named_themes(p.model_version_id, p.themes) AS places) n
        CROSS JOIN LATERAL unnest(n.places) AS theme (place)
      WHERE p.model_version_id = $2 AND p.class IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    $statement$, level.target) USING level.unit, model;
  END LOOP;
END $function$
;

CREATE OR REPLACE FUNCTION public.response_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE deltas rollup_delta[];
BEGIN
  IF OLD.class IS NOT NULL THEN
    deltas := ARRAY[ROW(
      date_trunc('minute', OLD.answered_at, 'UTC'), OLD.cell_id, 0, OLD.mapping_version_id,
      -(OLD.class = 2)::integer, -(OLD.class = 1)::integer, -(OLD.class = 0)::integer,
      -OLD.points, -(OLD.points::bigint * OLD.points))::rollup_delta];
    PERFORM apply_rollup_deltas(deltas);
  END IF;
  PERFORM journal_responses(NULL, ARRAY[OLD.id], deltas);
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.response_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE deltas rollup_delta[];
BEGIN
  IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
  SELECT array_agg(g::rollup_delta) INTO deltas FROM (
    SELECT date_trunc('minute', answered_at, 'UTC'), cell_id, 0, mapping_version_id,
      (count(*) FILTER (WHERE class = 2))::integer, (count(*) FILTER (WHERE class = 1))::integer,
      (count(*) FILTER (WHERE class = 0))::integer, sum(points)::bigint, sum(points::bigint * points)::bigint
    FROM added WHERE class IS NOT NULL GROUP BY 1, 2, 4
  ) g;
  PERFORM apply_rollup_deltas(deltas);
  PERFORM journal_responses((SELECT array_agg(id) FROM added), NULL, deltas);
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.response_predictions_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM prediction WHERE response_id = OLD.id AND answered_at = OLD.answered_at;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.response_reviews_deleted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM review WHERE response_id = OLD.id;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.response_updated()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE deltas rollup_delta[];
BEGIN
  IF is_sealing() OR NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
  SELECT array_agg(g::rollup_delta) INTO deltas FROM (
    SELECT date_trunc('minute', answered_at, 'UTC'), cell_id, 0, mapping_version_id,
      sum(CASE WHEN class = 2 THEN sign ELSE 0 END)::integer, sum(CASE WHEN class = 1 THEN sign ELSE 0 END)::integer,
      sum(CASE WHEN class = 0 THEN sign ELSE 0 END)::integer, sum(sign * points)::bigint,
      sum(sign * points::bigint * points)::bigint
    FROM (
      SELECT 1 AS sign, answered_at, cell_id, mapping_version_id, class, points FROM added
      UNION ALL
      SELECT -1, answered_at, cell_id, mapping_version_id, class, points FROM removed
    ) change WHERE class IS NOT NULL GROUP BY 1, 2, 4
  ) g;
  PERFORM apply_rollup_deltas(deltas);
  PERFORM journal_responses(
    (SELECT array_agg(id) FROM added),
    (SELECT array_agg(id) FROM removed WHERE id NOT IN (SELECT id FROM added)), deltas);
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.reviews_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks('review', jsonb_build_object('reviews', ids)); END IF;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.seals_inserted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE range jsonb;
BEGIN
  SELECT jsonb_build_array(min(id), max(id)) INTO range FROM added HAVING count(*) > 0;
  IF range IS NOT NULL THEN PERFORM journal_marks('seal', jsonb_build_object('seals', range)); END IF;
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.set_theme_precision(given jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
DECLARE model record;
BEGIN
  LOCK TABLE theme_precision IN EXCLUSIVE MODE;
  IF given = (SELECT coalesce(jsonb_object_agg(theme, precision), '{}') FROM theme_precision) THEN RETURN; END IF;
  DELETE FROM theme_precision;
  INSERT INTO theme_precision (theme, precision) SELECT key, value::numeric FROM jsonb_each_text(given);
  FOR model IN SELECT v.id, v.artefact FROM model_version v WHERE EXISTS (
      SELECT FROM model_theme m JOIN themes_of(v.artefact) t USING (place)
      WHERE m.model_version_id = v.id AND m.threshold IS DISTINCT FROM t.threshold) ORDER BY v.id LOOP
    UPDATE model_theme m SET threshold = t.threshold FROM themes_of(model.artefact) t
    WHERE m.model_version_id = model.id AND m.place = t.place;
    PERFORM recount_themes(model.id);
  END LOOP;
END $function$
;

CREATE OR REPLACE FUNCTION public.themes_of(artefact jsonb)
 RETURNS TABLE(place smallint, theme text, threshold integer)
 LANGUAGE sql
 STABLE
AS $function$
  SELECT t.ordinality::smallint, t.value ->> 'name', CASE WHEN p.precision IS NULL THEN 500000
    ELSE ceil((t.value -> 'thresholds' ->> round(p.precision * 100)::integer::text)::numeric * 1000000)::integer END
  FROM jsonb_array_elements(CASE jsonb_typeof(artefact #> '{heads,themes}') WHEN 'array' THEN artefact #> '{heads,themes}' ELSE '[]' END)
    WITH ORDINALITY t LEFT JOIN theme_precision p ON p.theme = t.value ->> 'name'
$function$
;

CREATE OR REPLACE FUNCTION public.volume_of_source(cells integer[], mappings integer[], since timestamp with time zone, late timestamp with time zone, most integer)
 RETURNS TABLE(answers bigint, late_answers bigint, complete boolean)
 LANGUAGE plpgsql
 STABLE
 SET plan_cache_mode TO 'force_custom_plan'
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ DECLARE until timestamptz := 'infinity'; start timestamptz := late + interval '1 day'; hours integer := 1; more integer;
        seen bigint := 0; part record; BEGIN
      answers := 0; late_answers := 0;
      LOOP
        SELECT coalesce(sum(c.n), 0) AS n, coalesce(sum(c.n) FILTER (WHERE c.at >= late), 0) AS late_n, count(*) AS looked_at INTO part FROM (
          SELECT t.bucket AS at, t.n FROM public.rollup_mapping t WHERE t.mapping_version_id = ANY (mappings)
            AND t.bucket >= start AND t.bucket < until AND t.model_version_id = 0 AND t.cell_id = ANY (cells) AND t.n > 0 AND true
          UNION ALL
          SELECT t.answered_at, 1 FROM public.response t WHERE t.mapping_version_id = ANY (mappings)
            AND t.answered_at >= start AND t.answered_at < until AND t.class IS NULL AND t.cell_id = ANY (cells) AND true) c;
        answers := answers + part.n; late_answers := late_answers + part.late_n; seen := seen + part.looked_at;
        complete := start <= since;
        EXIT WHEN complete OR seen >= most;
        more := greatest(1, least(8 * hours, (most - seen) * hours / greatest(seen, 1)));
        until := start; start := greatest(since, start - more * interval '1 hour'); hours := hours + more;
      END LOOP;
      RETURN NEXT; END $function$
;

CREATE OR REPLACE FUNCTION public.write_pending_rollups()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
DECLARE responses rollup_delta[]; predictions prediction_delta[]; themes theme_delta[];
BEGIN
  WITH own AS (DELETE FROM pending_rollup p WHERE p.xact = pg_current_xact_id() RETURNING p.*)
  SELECT (SELECT array_agg(d) FROM own, unnest(own.responses) d), (SELECT array_agg(d) FROM own, unnest(own.predictions) d),
    (SELECT array_agg(d) FROM own, unnest(own.themes) d) INTO responses, predictions, themes;
  PERFORM write_rollup_deltas(responses);
  PERFORM write_prediction_deltas(predictions);
  PERFORM write_theme_deltas(themes);
  RETURN NULL;
END $function$
;

CREATE OR REPLACE FUNCTION public.write_prediction_deltas(deltas prediction_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  PERFORM apply_prediction_level('rollup_minute', 'minute', deltas, now() - interval '49 hours');
  PERFORM apply_prediction_level('rollup_hour', 'hour', deltas, '-infinity');
  PERFORM apply_prediction_level('rollup_day', 'day', deltas, '-infinity');
  INSERT INTO rollup_mapping AS r (cell_id, model_version_id, bucket, mapping_version_id, n)
  SELECT d.cell_id, d.model_version_id, date_trunc('hour', d.bucket, 'UTC'), d.mapping_version_id,
    sum(d.promoters + d.passives + d.detractors)
  FROM unnest(deltas) d GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (cell_id, model_version_id, bucket, mapping_version_id) DO UPDATE SET n = r.n + excluded.n;
END $function$
;

CREATE OR REPLACE FUNCTION public.write_rollup_deltas(deltas rollup_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  INSERT INTO rollup_minute AS r
    (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
  SELECT d.cell_id, d.model_version_id, d.bucket, sum(d.promoters), sum(d.passives), sum(d.detractors),
    sum(d.promoters + d.passives + d.detractors), sum(d.sum), sum(d.sum_squares)
  FROM unnest(deltas) d WHERE d.bucket >= now() - interval '49 hours' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
    promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
    detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
    sum = r.sum + excluded.sum, sum_squares = r.sum_squares + excluded.sum_squares;

  INSERT INTO rollup_hour AS r
    (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
  SELECT d.cell_id, d.model_version_id, date_trunc('hour', d.bucket, 'UTC'), sum(d.promoters), sum(d.passives),
    sum(d.detractors), sum(d.promoters + d.passives + d.detractors), sum(d.sum), sum(d.sum_squares)
  FROM unnest(deltas) d GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
    promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
    detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
    sum = r.sum + excluded.sum, sum_squares = r.sum_squares + excluded.sum_squares;

  INSERT INTO rollup_day AS r
    (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
  SELECT d.cell_id, d.model_version_id, date_trunc('day', d.bucket, 'UTC'), sum(d.promoters), sum(d.passives),
    sum(d.detractors), sum(d.promoters + d.passives + d.detractors), sum(d.sum), sum(d.sum_squares)
  FROM unnest(deltas) d GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
    promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
    detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
    sum = r.sum + excluded.sum, sum_squares = r.sum_squares + excluded.sum_squares;

  INSERT INTO rollup_mapping AS r (cell_id, model_version_id, bucket, mapping_version_id, n)
  SELECT d.cell_id, d.model_version_id, date_trunc('hour', d.bucket, 'UTC'), d.mapping_version_id,
    sum(d.promoters + d.passives + d.detractors)
  FROM unnest(deltas) d GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (cell_id, model_version_id, bucket, mapping_version_id) DO UPDATE SET n = r.n + excluded.n;
END $function$
;

CREATE OR REPLACE FUNCTION public.write_theme_deltas(deltas theme_delta[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  PERFORM apply_theme_level('theme_hour', 'hour', deltas);
  PERFORM apply_theme_level('theme_day', 'day', deltas);
END $function$
;

-- Views

CREATE VIEW public.uncounted_response AS
 SELECT t.id,
    t.answered_at,
    x.received_at,
    t.cell_id,
    x.mapping_version_id,
    x.source_event_id,
    x.external_id,
    x.score,
    x.points,
    x.class,
    x.comment,
    x.subject_id,
    x.account_id,
    t.counting,
    t.rule,
    t.instead,
    t.recorded_at
   FROM restricted_response t
     CROSS JOIN LATERAL jsonb_to_record(t."row") x(received_at timestamp with time zone, mapping_version_id integer, source_event_id uuid, external_id text, score smallint, points smallint, class smallint, comment text, subject_id uuid, account_id uuid)
  WHERE t.counting IS NOT NULL;

CREATE VIEW scoped.aged_field WITH (security_barrier=true) AS
 SELECT response_id,
    field,
    dimension,
    deletion_id
   FROM aged_field t
  WHERE (EXISTS ( SELECT
           FROM response_key k
          WHERE k.id = t.response_id AND
                CASE
                    WHEN t.field = 'comments'::text THEN COALESCE((( SELECT s.comment + '{}'::int4multirange
                       FROM scope s
                      WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> k.cell_id, false)
                    ELSE COALESCE((( SELECT s.response + '{}'::int4multirange
                       FROM scope s
                      WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> k.cell_id, false)
                END));

CREATE VIEW scoped.agent_approval WITH (security_barrier=true) AS
 SELECT id,
    decision_id,
    verb,
    edited,
    actor,
    actor_name,
    reason,
    at
   FROM agent_approval t
  WHERE (EXISTS ( SELECT
           FROM agent_decision o
          WHERE o.id = t.decision_id AND (( SELECT s.everything
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(o.cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND (NOT (NOT lower_inf(o.cells) AND o.cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND true));

CREATE VIEW scoped.agent_decision WITH (security_barrier=true) AS
 SELECT id,
    agent,
    policy,
    inputs,
    input_hash,
    decision,
    reason,
    alternatives,
    autonomy,
    state,
    outcome,
    about,
    cells,
    trace_id,
    decided_at,
    settled_at,
    key,
    verdict
   FROM agent_decision t
  WHERE (( SELECT s.everything
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false)) AND (NOT (NOT lower_inf(cells) AND cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false));

CREATE VIEW scoped.alert WITH (security_barrier=true) AS
 SELECT id,
    state,
    severity,
    rule,
    title,
    summary,
    segment,
    cells,
    since,
    raised_at,
    changed_at,
    resolved_at,
    before_id,
    after_id,
    facts,
    evidence,
    decision_id,
    reopened_at
   FROM alert t
  WHERE (( SELECT s.everything
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false)) AND (NOT (NOT lower_inf(cells) AND cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false));

CREATE VIEW scoped.alert_escalation WITH (security_barrier=true) AS
 SELECT alert_id,
    opened_at,
    step,
    decision_id,
    sent_at
   FROM alert_escalation t
  WHERE (EXISTS ( SELECT
           FROM alert o
          WHERE o.id = t.alert_id AND (( SELECT s.everything
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(o.cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND (NOT (NOT lower_inf(o.cells) AND o.cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND true));

CREATE VIEW scoped.alert_event WITH (security_barrier=true) AS
 SELECT id,
    alert_id,
    kind,
    actor,
    actor_name,
    reason,
    decision_id,
    at
   FROM alert_event t
  WHERE (EXISTS ( SELECT
           FROM alert o
          WHERE o.id = t.alert_id AND (( SELECT s.everything
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(o.cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND (NOT (NOT lower_inf(o.cells) AND o.cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND true));

CREATE VIEW scoped.case_event WITH (security_barrier=true) AS
 SELECT id,
    case_id,
    kind,
    actor,
    actor_name,
    reason,
    at
   FROM case_event t
  WHERE (EXISTS ( SELECT
           FROM case_record o
          WHERE o.id = t.case_id AND (( SELECT s.everything
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(o.cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND (NOT (NOT lower_inf(o.cells) AND o.cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> o.cells, false)) AND (o.response_id IS NULL OR (EXISTS ( SELECT
                   FROM response_key k
                     JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
                  WHERE k.id = o.response_id)) OR (EXISTS ( SELECT
                   FROM uncounted_response u
                  WHERE u.id = o.response_id)))));

CREATE VIEW scoped.case_record WITH (security_barrier=true) AS
 SELECT id,
    cause,
    response_id,
    state,
    severity,
    title,
    playbook,
    owner,
    cells,
    segment,
    due_at,
    opened_at,
    acted_at,
    closed_at,
    outcome,
    decision_id
   FROM case_record t
  WHERE (( SELECT s.everything
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false)) AND (NOT (NOT lower_inf(cells) AND cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false)) AND (response_id IS NULL OR (EXISTS ( SELECT
           FROM response_key k
             JOIN response r ON r.id = k.id AND r.answered_at = k.answered_at
          WHERE k.id = t.response_id)) OR (EXISTS ( SELECT
           FROM uncounted_response u
          WHERE u.id = t.response_id)));

CREATE VIEW scoped.cell WITH (security_barrier=true) AS
 SELECT id,
    key,
    attributes,
    recorded_at
   FROM cell t
  WHERE COALESCE((( SELECT s.score + s.response + s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> id, false);

CREATE VIEW scoped.change_event WITH (security_barrier=true) AS
 SELECT id,
    source_id,
    kind,
    title,
    at,
    until,
    link,
    segment
   FROM change_event t
  WHERE ( SELECT s.score = '{(,)}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR (segment IN ( SELECT g.segment
           FROM ( SELECT DISTINCT change_event.segment
                   FROM change_event) g
          WHERE ( SELECT NOT isempty(s.score)
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) AND NOT (EXISTS ( SELECT
                   FROM jsonb_each(g.segment) d(key, value),
                    LATERAL jsonb_array_elements_text(d.value) v(value)
                  WHERE NOT (EXISTS ( SELECT
                           FROM cell c
                          WHERE COALESCE((( SELECT s.score + '{}'::int4multirange
                                   FROM scope s
                                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> c.id, false) AND COALESCE(NULLIF(c.attributes ->> d.key, ''::text), 'unknown'::text) = v.value AND NOT (EXISTS ( SELECT
                                   FROM jsonb_each(g.segment) e(key, value)
                                  WHERE NOT jsonb_exists(e.value, COALESCE(NULLIF(c.attributes ->> e.key, ''::text), 'unknown'::text))))))))));

CREATE VIEW scoped.counting_verdict WITH (security_barrier=true) AS
 SELECT response_id,
    counted,
    recorded_at
   FROM counting_verdict t
  WHERE (EXISTS ( SELECT
           FROM response_key k
          WHERE k.id = t.response_id AND COALESCE((( SELECT s.response + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> k.cell_id, false)));

CREATE VIEW scoped.delivery WITH (security_barrier=true) AS
 SELECT id,
    target_id,
    decision_id,
    event,
    subject,
    cells,
    state,
    attempts,
    due,
    created_at,
    settled_at,
    last_status,
    last_error,
    remote_id
   FROM delivery t
  WHERE (( SELECT s.everything
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)) OR NOT isempty(cells) AND COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false)) AND (NOT (NOT lower_inf(cells) AND cells @> '-1'::integer) OR COALESCE((( SELECT s.staff + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cells, false));

CREATE VIEW scoped.disclosure_cell WITH (security_barrier=true) AS
 SELECT ledger,
    cell_id,
    guarded,
    since
   FROM disclosure_cell t
  WHERE COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.invitation WITH (security_barrier=true) AS
 SELECT id,
    source_id,
    at,
    cell_id,
    invited,
    started
   FROM invitation t
  WHERE COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.journal WITH (security_barrier=true) AS
 SELECT "position",
    xact
   FROM journal t
  WHERE COALESCE(( SELECT NOT isempty(s.score)
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true)), false);

CREATE VIEW scoped.monitor_reading WITH (security_barrier=true) AS
 SELECT id,
    model_version_id,
    metric,
    segment,
    segment_key,
    window_from,
    window_until,
    reference_from,
    n,
    reference_n,
    value,
    reference,
    low,
    high,
    p_value,
    adjusted_p_value,
    alarm,
    detail,
    recorded_at
   FROM monitor_reading t
  WHERE ( SELECT s.everything
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true));

CREATE VIEW scoped.outcome WITH (security_barrier=true) AS
 SELECT id,
    source_id,
    external_id,
    received_at,
    content_hash,
    kind,
    at,
    cell_id,
        CASE
            WHEN COALESCE((( SELECT s.respondent + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN subject_id
            ELSE NULL::uuid
        END AS subject_id,
        CASE
            WHEN COALESCE((( SELECT s.respondent + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN account_id
            ELSE NULL::uuid
        END AS account_id,
    restricted,
    amount,
    currency,
    quantity,
    name,
        CASE
            WHEN COALESCE((( SELECT s.respondent + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN owner
            ELSE NULL::text
        END AS owner,
        CASE
            WHEN COALESCE((( SELECT s.staff + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN staff_id
            ELSE NULL::uuid
        END AS staff_id,
        CASE
            WHEN COALESCE((( SELECT s.staff + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN owner_id
            ELSE NULL::uuid
        END AS owner_id
   FROM outcome t
  WHERE NOT restricted AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.prediction WITH (security_barrier=true) AS
 SELECT response_id,
    answered_at,
    cell_id,
    model_version_id,
    mapping_version_id,
    surveyed,
    class,
    detractor,
    passive,
    promoter,
    sentiment,
    negative,
    neutral,
    positive,
    themes,
    uncertainty,
    abstained,
    features_hash,
    predicted_at,
    words,
    tokens,
    unknown_tokens,
    language,
    surveyed_class
   FROM prediction t
  WHERE COALESCE((( SELECT s.score + s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.response WITH (security_barrier=true) AS
 SELECT id,
    answered_at,
    received_at,
    cell_id,
    mapping_version_id,
    source_event_id,
        CASE
            WHEN COALESCE((( SELECT s.response + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN external_id
            ELSE NULL::text
        END AS external_id,
    score,
    points,
    class,
        CASE
            WHEN COALESCE((( SELECT s.comment + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN comment
            ELSE NULL::text
        END AS comment,
        CASE
            WHEN COALESCE((( SELECT s.comment + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN subject_id
            ELSE NULL::uuid
        END AS subject_id,
        CASE
            WHEN COALESCE((( SELECT s.respondent + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN account_id
            ELSE NULL::uuid
        END AS account_id
   FROM response t
  WHERE COALESCE((( SELECT s.score + s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.response_flag WITH (security_barrier=true) AS
 SELECT response_id,
    rule,
    leaves_out,
    recorded_at
   FROM response_flag t
  WHERE ( SELECT s.response = '{(,)}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true));

CREATE VIEW scoped.response_key WITH (security_barrier=true) AS
 SELECT id,
    answered_at,
    received_at,
    cell_id,
        CASE
            WHEN COALESCE((( SELECT s.response + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN content_hash
            ELSE NULL::text
        END AS content_hash,
        CASE
            WHEN COALESCE((( SELECT s.respondent + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN subject_id
            ELSE NULL::uuid
        END AS subject_id,
    segment_rules
   FROM response_key t
  WHERE COALESCE((( SELECT s.score + s.response + s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.review WITH (security_barrier=true) AS
 SELECT id,
    response_id,
    answered_at,
    cell_id,
    model_version_id,
    cause,
    queued_at,
    decided_at,
    decision_id
   FROM review t
  WHERE cell_id IS NULL OR COALESCE((( SELECT s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.rollup_day WITH (security_barrier=true) AS
 SELECT bucket,
    cell_id,
    model_version_id,
    promoters,
    passives,
    detractors,
    n,
    sum,
    sum_squares,
    alone_promoters,
    alone_passives,
    alone_detractors,
    promoter_millionths,
    passive_millionths,
    detractor_millionths
   FROM rollup_day t
  WHERE COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.rollup_hour WITH (security_barrier=true) AS
 SELECT bucket,
    cell_id,
    model_version_id,
    promoters,
    passives,
    detractors,
    n,
    sum,
    sum_squares,
    alone_promoters,
    alone_passives,
    alone_detractors,
    promoter_millionths,
    passive_millionths,
    detractor_millionths
   FROM rollup_hour t
  WHERE COALESCE((( SELECT s.score + s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.rollup_mapping WITH (security_barrier=true) AS
 SELECT bucket,
    cell_id,
    model_version_id,
    mapping_version_id,
    n
   FROM rollup_mapping t
  WHERE COALESCE((( SELECT s.score + s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.rollup_minute WITH (security_barrier=true) AS
 SELECT bucket,
    cell_id,
    model_version_id,
    promoters,
    passives,
    detractors,
    n,
    sum,
    sum_squares,
    alone_promoters,
    alone_passives,
    alone_detractors,
    promoter_millionths,
    passive_millionths,
    detractor_millionths
   FROM rollup_minute t
  WHERE COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.seal WITH (security_barrier=true) AS
 SELECT bucket,
    cell_id,
    model_version_id,
    revision,
    why,
    hash,
    recorded_at
   FROM seal t
  WHERE COALESCE((( SELECT s.score + s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.source_event WITH (security_barrier=true) AS
 SELECT id,
    response_id,
    mapping_version_id,
    "position",
    hash,
    received_at,
    digest
   FROM source_event t
  WHERE (EXISTS ( SELECT
           FROM response_key k
          WHERE k.id = t.response_id AND COALESCE((( SELECT s.score + s.response + s.prediction + '{}'::int4multirange
                   FROM scope s
                  WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> k.cell_id, false)));

CREATE VIEW scoped.theme_day WITH (security_barrier=true) AS
 SELECT bucket,
    cell_id,
    model_version_id,
    theme,
    named,
    surveyed_promoters,
    surveyed_passives,
    surveyed_detractors,
    promoters,
    passives,
    detractors,
    alone_promoters,
    alone_passives,
    alone_detractors
   FROM theme_day t
  WHERE COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.theme_hour WITH (security_barrier=true) AS
 SELECT bucket,
    cell_id,
    model_version_id,
    theme,
    named,
    surveyed_promoters,
    surveyed_passives,
    surveyed_detractors,
    promoters,
    passives,
    detractors,
    alone_promoters,
    alone_passives,
    alone_detractors
   FROM theme_hour t
  WHERE COALESCE((( SELECT s.score + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) AND COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) AND COALESCE((( SELECT s.prediction + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

CREATE VIEW scoped.uncounted_response WITH (security_barrier=true) AS
 SELECT id,
    answered_at,
    received_at,
    cell_id,
    mapping_version_id,
    source_event_id,
    external_id,
    score,
    points,
    class,
        CASE
            WHEN COALESCE((( SELECT s.comment + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN comment
            ELSE NULL::text
        END AS comment,
        CASE
            WHEN COALESCE((( SELECT s.comment + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN subject_id
            ELSE NULL::uuid
        END AS subject_id,
        CASE
            WHEN COALESCE((( SELECT s.respondent + '{}'::int4multirange
               FROM scope s
              WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false) THEN account_id
            ELSE NULL::uuid
        END AS account_id,
    counting,
    rule,
        CASE
            WHEN (EXISTS ( SELECT
               FROM response_key k
              WHERE k.id = t.instead AND COALESCE((( SELECT s.response + '{}'::int4multirange
                       FROM scope s
                      WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> k.cell_id, false))) THEN instead
            ELSE NULL::uuid
        END AS instead,
    recorded_at
   FROM uncounted_response t
  WHERE COALESCE((( SELECT s.response + '{}'::int4multirange
           FROM scope s
          WHERE s.fingerprint = current_setting('scoreline.scope'::text, true))) @> cell_id, false);

-- Grants

REVOKE ALL ON FUNCTION paged.first_rollups(cells integer[], models integer[], mappings integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, most integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION paged.newest_of_source(cells integer[], mappings integer[], most integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION paged.newest_outcomes(cells integer[], kinds text[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION paged.newest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION paged.oldest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, after_id uuid, most integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION paged.volume_of_source(cells integer[], mappings integer[], since timestamp with time zone, late timestamp with time zone, most integer) FROM PUBLIC;
GRANT USAGE ON SCHEMA paged TO scoreline_reader;
GRANT USAGE ON SCHEMA public TO PUBLIC;
GRANT USAGE ON SCHEMA public TO scoreline_reader;
GRANT USAGE ON SCHEMA scoped TO scoreline_reader;
GRANT SELECT ON public.feature_definition TO scoreline_reader;
GRANT SELECT ON public.feature_set TO scoreline_reader;
GRANT SELECT ON public.mapping_version TO scoreline_reader;
GRANT SELECT ON public.model_event TO scoreline_reader;
GRANT SELECT ON public.model_theme TO scoreline_reader;
GRANT SELECT ON public.model_training_set TO scoreline_reader;
GRANT SELECT ON public.model_version TO scoreline_reader;
GRANT SELECT ON public.scale_rule TO scoreline_reader;
GRANT SELECT ON public.source TO scoreline_reader;
GRANT SELECT ON public.survey_version TO scoreline_reader;
GRANT SELECT ON public.training_set TO scoreline_reader;
GRANT SELECT ON scoped.aged_field TO scoreline_reader;
GRANT SELECT ON scoped.agent_approval TO scoreline_reader;
GRANT SELECT ON scoped.agent_decision TO scoreline_reader;
GRANT SELECT ON scoped.alert TO scoreline_reader;
GRANT SELECT ON scoped.alert_escalation TO scoreline_reader;
GRANT SELECT ON scoped.alert_event TO scoreline_reader;
GRANT SELECT ON scoped.case_event TO scoreline_reader;
GRANT SELECT ON scoped.case_record TO scoreline_reader;
GRANT SELECT ON scoped.cell TO scoreline_reader;
GRANT SELECT ON scoped.change_event TO scoreline_reader;
GRANT SELECT ON scoped.counting_verdict TO scoreline_reader;
GRANT SELECT ON scoped.delivery TO scoreline_reader;
GRANT SELECT ON scoped.disclosure_cell TO scoreline_reader;
GRANT SELECT ON scoped.invitation TO scoreline_reader;
GRANT SELECT ON scoped.journal TO scoreline_reader;
GRANT SELECT ON scoped.monitor_reading TO scoreline_reader;
GRANT SELECT ON scoped.outcome TO scoreline_reader;
GRANT SELECT ON scoped.prediction TO scoreline_reader;
GRANT SELECT ON scoped.response TO scoreline_reader;
GRANT SELECT ON scoped.response_flag TO scoreline_reader;
GRANT SELECT ON scoped.response_key TO scoreline_reader;
GRANT SELECT ON scoped.review TO scoreline_reader;
GRANT SELECT ON scoped.rollup_day TO scoreline_reader;
GRANT SELECT ON scoped.rollup_hour TO scoreline_reader;
GRANT SELECT ON scoped.rollup_mapping TO scoreline_reader;
GRANT SELECT ON scoped.rollup_minute TO scoreline_reader;
GRANT SELECT ON scoped.seal TO scoreline_reader;
GRANT SELECT ON scoped.source_event TO scoreline_reader;
GRANT SELECT ON scoped.theme_day TO scoreline_reader;
GRANT SELECT ON scoped.theme_hour TO scoreline_reader;
GRANT SELECT ON scoped.uncounted_response TO scoreline_reader;
GRANT EXECUTE ON FUNCTION paged.first_rollups(cells integer[], models integer[], mappings integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, most integer) TO scoreline_reader;
GRANT EXECUTE ON FUNCTION paged.newest_of_source(cells integer[], mappings integer[], most integer) TO scoreline_reader;
GRANT EXECUTE ON FUNCTION paged.newest_outcomes(cells integer[], kinds text[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer) TO scoreline_reader;
GRANT EXECUTE ON FUNCTION paged.newest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, before timestamp with time zone, before_id uuid, most integer) TO scoreline_reader;
GRANT EXECUTE ON FUNCTION paged.oldest_responses(cells integer[], since timestamp with time zone, until timestamp with time zone, after timestamp with time zone, after_id uuid, most integer) TO scoreline_reader;
GRANT EXECUTE ON FUNCTION paged.volume_of_source(cells integer[], mappings integer[], since timestamp with time zone, late timestamp with time zone, most integer) TO scoreline_reader;
