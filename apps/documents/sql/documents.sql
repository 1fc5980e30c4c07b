CALL pg_temp.append_only('documents_attachment');
CALL pg_temp.append_only('documents_incomingcorrection');


-- What a body outside said changes only as its newest correction says: from what stood to what stands now.
CREATE OR REPLACE FUNCTION documents_incoming_said(said documents_incomingdocument) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('body', said.body, 'document_no', said.document_no, 'document_date', said.document_date::text,
        'register_no', said.register_no, 'attachment', said.attachment_id)
$$;
CREATE OR REPLACE FUNCTION documents_incoming_is_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['body', 'body_key', 'document_no', 'document_key', 'document_date', 'register_no', 'attachment_id',
        'corrected_at'];
    newest documents_incomingcorrection;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'documents_incomingdocument: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT * INTO newest FROM documents_incomingcorrection WHERE incoming_id = OLD.id ORDER BY id DESC LIMIT 1;
    IF newest.id IS NULL OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
       OR newest.before IS DISTINCT FROM documents_incoming_said(OLD)
       OR newest.after IS DISTINCT FROM documents_incoming_said(NEW)
       OR newest.corrected_at IS DISTINCT FROM NEW.corrected_at THEN
        RAISE EXCEPTION 'documents_incomingdocument: row % changes by a correction alone', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_incomingdocument_corrected BEFORE UPDATE OR DELETE ON documents_incomingdocument
    FOR EACH ROW EXECUTE FUNCTION documents_incoming_is_corrected();
CREATE TRIGGER documents_incomingdocument_no_truncate BEFORE TRUNCATE ON documents_incomingdocument
    FOR EACH STATEMENT EXECUTE FUNCTION documents_incoming_is_corrected();
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'documents_incomingdocument');


CREATE OR REPLACE FUNCTION documents_document_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['public'];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'documents_document is immutable: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.corrected_at IS NULL
       AND EXISTS (SELECT FROM documents_document mended WHERE mended.corrects_id = OLD.id) THEN
        free := free || ARRAY['corrected_at'];
    END IF;
    IF OLD.sha256 IS NULL THEN
        free := free || ARRAY['file', 'sha256', 'rendered_at'];
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'documents_document is immutable: document % was changed', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_document_immutable BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION documents_document_is_immutable();
CREATE TRIGGER documents_document_no_truncate BEFORE TRUNCATE ON documents_document
    FOR EACH STATEMENT EXECUTE FUNCTION documents_document_is_immutable();
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON documents_document FROM exchange_app;
        GRANT UPDATE (file, sha256, rendered_at, public, corrected_at) ON documents_document TO exchange_app;
    END IF;
END $$;
