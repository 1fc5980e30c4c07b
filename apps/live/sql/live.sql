-- What is told live bears a number from a sequence of its own: the public sees it, and it counts nothing else.
CREATE SEQUENCE IF NOT EXISTS live_versions;
CREATE OR REPLACE FUNCTION live_version_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := nextval('live_versions');
    RETURN NEW;
END $$;
CREATE TRIGGER live_version_given BEFORE INSERT ON outbox_message
    FOR EACH ROW WHEN (NEW.topic = 'live') EXECUTE FUNCTION live_version_given();
