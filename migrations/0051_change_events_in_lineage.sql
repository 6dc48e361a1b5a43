-- Change events are nodes of the lineage graph from now on: those that exist are named in the journal, so that a graph that has followed
-- until here takes them in, and joins the alerts that name them.
SELECT journal_marks('change', jsonb_build_object('changes', jsonb_agg(id))) FROM change_event HAVING count(*) > 0;
