CALL pg_temp.append_only('audit_auditentry');


CREATE OR REPLACE FUNCTION audit_write(entries text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    followed bigint;
BEGIN
    -- One entry a line. Each line is one object, so that its columns are those of its bytes.
    WITH written AS (
        INSERT INTO audit_auditentry (
            format, said, chain, sequence, at, verb, outcome, code, person_id, person_name,
            organisation_id, organisation_name, role, address, case_id, subject, before, after,
            previous_hash, hash)
        SELECT format, said, chain, sequence, at, verb, outcome, code, person_id, person_name,
               organisation_id, organisation_name, role, address, case_id, subject, before, after,
               previous_hash, encode(sha256(convert_to(said, 'UTF8')), 'hex')
        FROM ROWS FROM (
            json_to_recordset(('[' || replace(entries, chr(10), ',') || ']')::json) AS (
                format text, chain text, sequence bigint, at timestamptz, verb text, outcome text,
                code text, person_id bigint, person_name text, organisation_id bigint,
                organisation_name text, role text, address text, case_id bigint, subject text,
                before jsonb, after jsonb, previous_hash text),
            string_to_table(entries, chr(10))
        ) AS line (
            format, chain, sequence, at, verb, outcome, code, person_id, person_name, organisation_id,
            organisation_name, role, address, case_id, subject, before, after, previous_hash, said)
        WHERE said IS JSON OBJECT
        RETURNING chain, sequence, previous_hash, hash
    ), placed AS (
        SELECT written.*, lag(sequence) OVER chains AS sequence_before, lag(hash) OVER chains AS hash_before
        FROM written WINDOW chains AS (PARTITION BY chain ORDER BY sequence)
    )
    -- What was there before: this statement does not see what it writes.
    SELECT count(*) INTO followed FROM placed
    LEFT JOIN LATERAL (
        SELECT one.sequence, one.hash FROM audit_auditentry one
        WHERE one.chain = placed.chain AND placed.sequence_before IS NULL
        ORDER BY one.sequence DESC LIMIT 1) last ON true
    WHERE placed.sequence = coalesce(placed.sequence_before, last.sequence, 0) + 1
      AND placed.previous_hash = coalesce(placed.hash_before, last.hash, repeat('0', 64));
    IF followed <> length(entries) - length(replace(entries, chr(10), '')) + 1 THEN
        RAISE EXCEPTION 'audit_auditentry: an entry does not follow the last of its chain'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;


CALL pg_temp.written_only_by('audit_auditentry', 'audit_write(text)');
