-- Which agents are to be told of recorded events; the actor itself judges each.
ALTER TABLE agents ADD COLUMN hears INTEGER
  GENERATED ALWAYS AS (json_extract(body, '$.isRunning') AND instr(body, '"kind":"event"') > 0) VIRTUAL;
CREATE INDEX agents_hearing ON agents (user_id) WHERE hears = 1;
