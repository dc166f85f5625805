-- Payloads can be erased, so they live apart from events: one table a kind.
-- Bodies are mostly ciphertext, which does not compress: the database is told not to try.

create table payload_instructions (key bytea primary key, body bytea not null);

create table payload_messages (key bytea primary key, body bytea not null);

create table payload_batches (key bytea primary key, body bytea not null);

create table payload_content_keys (key bytea primary key, body bytea not null);

create table payload_snapshots (key bytea primary key, body bytea not null);

create table payload_channels (key bytea primary key, body bytea not null);

create table payload_facts (key bytea primary key, body bytea not null);

create table payload_outbox (key bytea primary key, body bytea not null);

create table payload_in_flight (key bytea primary key, body bytea not null);

create table payload_waiting (key bytea primary key, body bytea not null);

create table payload_heads (key bytea primary key, body bytea not null);

create table payload_checkpoints (key bytea primary key, body bytea not null);

create table payload_postings (key bytea primary key, body bytea not null);

create table payload_settings (key bytea primary key, body bytea not null);

alter table payload_messages alter column body set storage external;
alter table payload_batches alter column body set storage external;
alter table payload_content_keys alter column body set storage external;
alter table payload_channels alter column body set storage external;
alter table payload_in_flight alter column body set storage external;
alter table payload_waiting alter column body set storage external;
