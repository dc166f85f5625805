-- Each instruction is written again when it ends. Room left in its page lets the new version take the place of the old one
-- without a second entry in the index.
alter table payload_instructions set (fillfactor = 45);
