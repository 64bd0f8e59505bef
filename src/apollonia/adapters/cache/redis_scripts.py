"""What the cache asks of Redis in one step: Lua, run by the server between two other commands.

A value is a hash: ``v`` the bytes, ``t`` its tags as JSON, ``s`` its stamp. A stamp is the epoch
and the generation of each tag, random words that the server keeps under keys of their own. A value
counts while its stamp is the one of now; when a tag's key or the epoch is gone, so is the value.
"""

from dataclasses import dataclass
from hashlib import sha1

_SHARED = """
local function stamp_of(epoch_key, prefix, tags)
  local stamp = redis.call('GET', epoch_key)
  for _, tag in ipairs(tags) do
    local generation = stamp and redis.call('GET', prefix .. tag)
    stamp = generation and (stamp .. ' ' .. generation)
  end
  return stamp
end
local function ensured_stamp(epoch_key, prefix, tags, word, ms)
  redis.call('SET', epoch_key, word, 'NX')
  for _, tag in ipairs(tags) do
    if not redis.call('SET', prefix .. tag, word, 'NX', 'PX', ms)
      and redis.call('PTTL', prefix .. tag) < tonumber(ms) then
      redis.call('PEXPIRE', prefix .. tag, ms)
    end
  end
  return stamp_of(epoch_key, prefix, tags)
end
local function look(value_key, epoch_key, prefix)
  local kept = redis.call('HMGET', value_key, 's', 't')
  if kept[1] and kept[1] == stamp_of(epoch_key, prefix, cjson.decode(kept[2])) then
    return redis.call('HGET', value_key, 'v')
  end
  return false
end
"""


@dataclass(frozen=True, slots=True)
class Script:
    """One script and the name by which a server that has loaded it runs it."""

    text: str
    digest: str


def _script(body: str) -> Script:
    text = _SHARED + body
    return Script(text, sha1(text.encode()).hexdigest())  # noqa: S324 - the name that Redis gives


LOOK = _script("return look(KEYS[1], KEYS[2], ARGV[1])")
"""KEYS value, epoch; ARGV tag prefix → the value or nothing."""

ENTER = _script("""
local value = look(KEYS[1], KEYS[2], ARGV[1])
if value then return {'hit', value} end
local stamp = ensured_stamp(KEYS[2], ARGV[1], cjson.decode(ARGV[2]), ARGV[3], ARGV[4])
local mine, holder = ARGV[5] .. ' ' .. stamp, redis.call('GET', KEYS[3])
if holder == mine then return {'mine', stamp} end
if holder and string.sub(holder, #ARGV[5] + 2) == stamp then return {'wait', stamp} end
redis.call('SET', KEYS[3], mine, 'PX', ARGV[6])
return {'make', stamp}
""")
"""KEYS value, epoch, lock; ARGV tag prefix, tags, new word, ms of tags, who asks, ms of the lock.

A lock that was taken for another stamp guards a value that nobody may keep: it is taken over.
"""

STAMP = _script("return ensured_stamp(KEYS[1], ARGV[1], cjson.decode(ARGV[2]), ARGV[3], ARGV[4])")
"""KEYS epoch; ARGV tag prefix, tags, new word, ms of tags → the stamp."""

STORE = _script("""
local tags = cjson.decode(ARGV[2])
if ARGV[3] == stamp_of(KEYS[2], ARGV[1], tags) then
  redis.call('HSET', KEYS[1], 'v', ARGV[4], 't', ARGV[2], 's', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  for _, tag in ipairs(tags) do
    if redis.call('PTTL', ARGV[1] .. tag) < tonumber(ARGV[5]) then
      redis.call('PEXPIRE', ARGV[1] .. tag, ARGV[5])
    end
  end
elseif ARGV[7] == 'forget' then
  redis.call('UNLINK', KEYS[1])
end
if redis.call('GET', KEYS[3]) == ARGV[6] .. ' ' .. ARGV[3] then redis.call('DEL', KEYS[3]) end
return 1
""")
"""KEYS value, epoch, lock; ARGV tag prefix, tags, stamp, value, ms, who asks, ``forget`` or not.

Kept while the stamp is the one of now; otherwise what was there stays, or is forgotten.
"""

RELEASE = _script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
""")
"""KEYS lock; ARGV what it must hold."""

COUNT = _script("""
local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return number
""")
"""KEYS counter; ARGV ms → the number."""

SCRIPTS = (LOOK, ENTER, STAMP, STORE, RELEASE, COUNT)
