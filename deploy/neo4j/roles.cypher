// Users and roles for Neo4j Enterprise or Aura: run once against the `system` database, as an administrator:
//   cypher-shell -d system --param 'password => "…"' --param 'reader => "…"' -f roles.cypher
// Community Edition has no roles: every user there may do everything.

// What the services use: read and write data, make the constraints, no other databases.
CREATE ROLE apollonia_app IF NOT EXISTS;
GRANT ACCESS ON DATABASE neo4j TO apollonia_app;
GRANT MATCH {*} ON GRAPH neo4j TO apollonia_app;
GRANT WRITE ON GRAPH neo4j TO apollonia_app;
GRANT NAME MANAGEMENT ON DATABASE neo4j TO apollonia_app;
GRANT CREATE CONSTRAINT ON DATABASE neo4j TO apollonia_app;
GRANT CREATE INDEX ON DATABASE neo4j TO apollonia_app;
GRANT EXECUTE PROCEDURE db.awaitIndexes ON DBMS TO apollonia_app;
CREATE USER apollonia IF NOT EXISTS SET PLAINTEXT PASSWORD $password CHANGE NOT REQUIRED;
GRANT ROLE apollonia_app TO apollonia;

// For people and tools that only look.
CREATE ROLE apollonia_read IF NOT EXISTS;
GRANT ACCESS ON DATABASE neo4j TO apollonia_read;
GRANT MATCH {*} ON GRAPH neo4j TO apollonia_read;
CREATE USER apollonia_reader IF NOT EXISTS SET PLAINTEXT PASSWORD $reader CHANGE NOT REQUIRED;
GRANT ROLE apollonia_read TO apollonia_reader;
