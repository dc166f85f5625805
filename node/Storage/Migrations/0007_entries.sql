-- The entries of a batch are written once, when it is proposed: they are most of what a bank writes. Ciphertext does not compress.
create table payload_entries (key bytea primary key, body bytea not null);

alter table payload_entries alter column body set storage external;
