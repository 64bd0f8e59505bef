-- Three roles for a catalog on PostgreSQL; to be run by a superuser within the catalog's database:
--
--     createdb apollonia && psql -d apollonia -f roles.sql
--
-- apollonia_migrate  makes and changes tables: `apollonia migrate`, at each update
-- apollonia_app      reads and writes rows: the services
-- apollonia_read     reads: reports, and APOLLONIA_CATALOG__READ_URL
--
-- They have no passwords yet: `\password apollonia_app` and so on. May be run again; also for a
-- catalog whose tables are there already.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['apollonia_migrate', 'apollonia_app', 'apollonia_read'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format(
                'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', name);
        END IF;
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO apollonia_migrate, apollonia_app, apollonia_read',
        current_database());
    -- CREATE on the database: for pg_trgm, an extension that its owner may be trusted with
    EXECUTE format('GRANT CREATE ON DATABASE %I TO apollonia_migrate', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO apollonia_migrate;
GRANT USAGE ON SCHEMA public TO apollonia_app, apollonia_read;

-- What is there already belongs to apollonia_migrate from now on.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace
            AND c.relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO apollonia_migrate', found.name);
    END LOOP;
    FOR found IN
        SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S'
            AND c.relowner <> 'apollonia_migrate'::regrole
            AND NOT EXISTS (
                SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
    LOOP
        EXECUTE format('ALTER SEQUENCE %s OWNER TO apollonia_migrate', found.name);
    END LOOP;
    FOR found IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER ROUTINE %s OWNER TO apollonia_migrate', found.name);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO apollonia_app;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO apollonia_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO apollonia_read;

ALTER DEFAULT PRIVILEGES FOR ROLE apollonia_migrate IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO apollonia_app;
ALTER DEFAULT PRIVILEGES FOR ROLE apollonia_migrate IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO apollonia_app;
ALTER DEFAULT PRIVILEGES FOR ROLE apollonia_migrate IN SCHEMA public
    GRANT SELECT ON TABLES TO apollonia_read;

ALTER ROLE apollonia_read SET default_transaction_read_only = on;
