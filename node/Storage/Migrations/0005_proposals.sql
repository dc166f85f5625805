-- A proposal is large and written once; what is signed of it is small and written again with each signature.
create table payload_proposals (key bytea primary key, body bytea not null);

alter table payload_proposals alter column body set storage external;
