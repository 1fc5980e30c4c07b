CALL pg_temp.append_only('deadlines_deadlinemove');


-- What is due to be tried at an instant, the longest due first: of each case only its first, so that the effects of one
-- case come in their order. With a case, of this one alone; without, of all.
CREATE OR REPLACE FUNCTION deadlines_to_try(at timestamptz, of_case bigint, most int) RETURNS SETOF deadlines_deadline
    LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    IF of_case IS NULL THEN
        RETURN QUERY
        SELECT it.* FROM deadlines_deadline it
        WHERE it.status = 'pending' AND it.paused_at IS NULL AND it.try_at <= at
          AND (it.case_id IS NULL OR it.id = (
              SELECT one.id FROM deadlines_deadline one
              WHERE one.case_id = it.case_id AND one.status IN ('pending', 'failed') AND one.paused_at IS NULL
              ORDER BY one.due_at, one.id LIMIT 1))
        ORDER BY it.try_at, it.id LIMIT most;
    ELSE
        RETURN QUERY
        SELECT it.* FROM deadlines_deadline it
        WHERE it.status = 'pending' AND it.paused_at IS NULL AND it.try_at <= at AND it.case_id = of_case
          AND (it.case_id IS NULL OR it.id = (
              SELECT one.id FROM deadlines_deadline one
              WHERE one.case_id = it.case_id AND one.status IN ('pending', 'failed') AND one.paused_at IS NULL
              ORDER BY one.due_at, one.id LIMIT 1))
        ORDER BY it.try_at, it.id LIMIT most;
    END IF;
END $$;
