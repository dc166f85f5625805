-- A commit writes its marker in the same transaction. When the connection breaks before the answer arrives, the
-- commit is tried again with the same marker, and a marker that exists says that the first try was stored.
create table commit_marker (
    id        uuid        primary key,
    committed timestamptz not null default now()
);

-- Moves each stream from its expected version, or refuses all with ST011, and draws one sequence id for each event.
-- Returns the last one. The caller holds the commit lock, so sequence ids rise in the order of commits, and they have
-- no gaps, because they go on from the last event and not from what a commit that failed has drawn. A stream's times
-- are those of its first and last event, never the server's clock: every column can be recomputed from the events.
create function vault_claim(
    streams varchar[], types varchar[], expected bigint[], counts bigint[], firsts timestamptz[], lasts timestamptz[]) returns bigint
language plpgsql as $$
declare
    actual bigint;
    total  bigint := 0;
begin
    for i in 1 .. cardinality(streams) loop
        if expected[i] = 0 then
            insert into mt_streams (id, type, version, timestamp, created) values (streams[i], types[i], counts[i], lasts[i], firsts[i])
            on conflict (id) do nothing;
        else
            update mt_streams set version = version + counts[i], timestamp = lasts[i]
            where id = streams[i] and version = expected[i];
        end if;
        if not found then
            select version into actual from mt_streams where id = streams[i];
            raise exception 'a stream is at another version'
                using errcode = 'ST011', column = streams[i], hint = coalesce(actual, 0)::text;
        end if;
        total := total + counts[i];
    end loop;
    return setval('mt_events_sequence', (select coalesce(max(seq_id), 0) from mt_events) + total);
end
$$;
