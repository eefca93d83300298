"""The database: engine, columns, migrations, the outbox and what jobs and retries need."""
