CALL pg_temp.append_only('documents_attachment');
CALL pg_temp.append_only('documents_incomingdocument');


CREATE OR REPLACE FUNCTION documents_document_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['public'];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'documents_document is immutable: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
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
        GRANT UPDATE (file, sha256, rendered_at, public) ON documents_document TO exchange_app;
    END IF;
END $$;
